//! A sandbox, replicas of headwater on one database, and end users who have authorized.

mod processes;
mod time;
mod waits;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use super::http::{browser, get, post, read, submit};
use super::ledger::Ledger;
use super::plan::Plan;
pub(super) use super::plan::{Database, Setup};
use super::receiver::Receiver;
use super::server::{Recipe, Running};
use super::table::Conditions;
use super::volume::Volume;
use crate::postgres::Postgres;

pub(super) use time::LONG_TIME;

/// Everything that runs.
pub(super) struct Rig {
    pub(super) agent: Agent,
    /// The API of each replica.
    pub(super) urls: Vec<String>,
    pub(super) accounts: Vec<String>,
    /// The grants of the accounts in the ledger, in the same order.
    pub(super) families: Vec<String>,
    pub(super) postgres: Option<Postgres>,
    credentials: (String, String),
    /// Access tokens, by replica: their clocks differ.
    tokens: Mutex<BTreeMap<usize, String>>,
    recipes: Vec<Recipe>,
    replicas: Vec<Option<Running>>,
    /// By how many milliseconds time of day and running time of each replica are ahead.
    turned: Vec<(i64, i64)>,
    control: String,
    _sandbox: Running,
    plan: Plan,
}

/// Somebody who calls a tool for an account through a replica.
pub(super) struct Caller {
    agent: Agent,
    url: String,
    token: String,
    account: String,
}

impl Caller {
    /// Calls once; returns the status of the answer, or why there is none.
    pub(super) fn call(&self) -> Result<(u16, Value)> {
        call(&self.agent, &self.url, &self.token, &self.account)
    }
}

impl Rig {
    /// Starts everything but the victims, and authorizes the accounts.
    pub(super) fn new(conditions: Conditions, setup: &Setup) -> Result<Self> {
        let postgres = matches!(setup.database, Database::Postgres(_)).then(Postgres::start).transpose()?;
        postgres.as_ref().map(Postgres::make_clock_turnable).transpose()?;
        let plan = Plan::new(conditions, setup, postgres.as_ref())?;
        let redirect = plan.connection()?;
        let credentials = plan.client()?;
        plan.subscribe()?;
        let sandbox = plan.sandbox_recipe(&redirect)?.start()?;
        let recipes: Vec<Recipe> =
            (0..plan.ports.len()).map(|place| plan.recipe(place)).collect::<Result<_>>()?;
        let started = recipes.len() - setup.victims;
        let running = recipes.iter().take(started).map(|recipe| recipe.start().map(Some));
        let mut running: Vec<Option<Running>> = running.collect::<Result<_>>()?;
        running.resize_with(recipes.len(), || None);
        let mut rig = Self {
            agent: browser(),
            urls: plan.ports.iter().map(|port| format!("http://localhost:{port}")).collect(),
            accounts: Vec::new(),
            families: Vec::new(),
            postgres,
            credentials,
            tokens: Mutex::default(),
            turned: vec![(0, 0); recipes.len()],
            recipes,
            replicas: running,
            control: format!("http://localhost:{}/_sandbox/control", plan.control),
            _sandbox: sandbox,
            plan,
        };
        for number in 0..setup.accounts {
            rig.authorize(&format!("user-{number}"))?;
        }
        rig.rule_tokens(&setup.rules)?;
        if !setup.inside {
            // Tokens that were issued under the ordinary rules would live for an hour.
            rig.steer("expire", &json!({}))?;
        }
        Ok(rig)
    }

    /// An end user walks through the connect flow.
    pub(super) fn authorize(&mut self, identifier: &str) -> Result<()> {
        let base = self.urls.first().context("there is no replica")?.clone();
        let wanted = json!({ "connector": "confluence", "identifier": identifier });
        let url = format!("{base}/api/v1/connected_accounts/magic_link");
        let (status, answer) = post(&self.agent, &url, Some(&self.token(0)?), &wanted)?;
        ensure!(status == 200, "no link: {status} {answer}");
        let link = answer["link"].as_str().context("no link in the answer")?;
        let token = link.split_once("token=").context("no token in the link")?.1;
        let person = browser();
        let page = submit(&person, &format!("{base}/oauth/connect"), &[("token", token)])?;
        // The page goes on by itself, as soon as a browser shows it.
        let onward = page.split_once("0; url=").and_then(|(_, rest)| rest.split_once('"'));
        let onward = onward.context("the page leads nowhere")?.0.replace("&#38;", "&").replace("&amp;", "&");
        let page = get(&person, &onward)?;
        ensure!(page.contains("is connected"), "{identifier} was not connected: {page}");
        self.accounts.push(identifier.to_owned());
        self.families.push(self.ledger()?.newest_family().context("no code was exchanged")?);
        Ok(())
    }

    /// An access token of a replica.
    pub(super) fn token(&self, place: usize) -> Result<String> {
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(token) = known {
            return Ok(token);
        }
        let base = self.urls.get(place).context("there is no such replica")?;
        let token = access_token(&self.agent, base, &self.credentials).with_context(|| self.state())?;
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(place, token.clone());
        Ok(token)
    }

    /// Calls a tool for an account through a replica; returns the status of the answer, or why there is none.
    pub(super) fn call(&self, place: usize, account: &str) -> Result<(u16, Value)> {
        let answer = self.caller(place, account)?.call()?;
        if answer.0 != 401 {
            return Ok(answer);
        }
        // The replica's clock was turned.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
        self.caller(place, account)?.call()
    }

    /// Asks a replica for the access token of an account, which is not used; returns whether there is one.
    pub(super) fn shows_token(&self, place: usize, account: &str) -> bool {
        let (Ok(token), Some(url)) = (self.token(place), self.urls.get(place)) else { return false };
        matches!(credentials(&self.agent, url, &token, account), Ok((200, _)))
    }

    /// Somebody who can call in another thread.
    pub(super) fn caller(&self, place: usize, account: &str) -> Result<Caller> {
        let url = self.urls.get(place).context("there is no such replica")?.clone();
        Ok(Caller { agent: browser(), url, token: self.token(place)?, account: account.to_owned() })
    }

    /// Tells the sandbox what to do.
    pub(super) fn steer(&self, what: &str, wish: &Value) -> Result<Value> {
        let (status, answer) = post(&self.agent, &format!("{}/{what}", self.control), None, wish)?;
        ensure!((200..300).contains(&status), "{what}: {status} {answer}");
        Ok(answer)
    }

    /// Switches the sandbox's rules of tokens, for those that are issued from now on.
    pub(super) fn rule_tokens(&self, rules: &Value) -> Result<()> {
        self.steer("options", &json!({ "tokens": rules })).map(drop)
    }

    /// Scripts what happens to the next refreshes, one step for each.
    pub(super) fn spoil_refreshes(&self, steps: &[Value]) -> Result<()> {
        let wish = json!({ "path": "/oauth/token", "grant_type": "refresh_token", "steps": steps });
        self.steer("fault", &wish).map(drop)
    }

    /// Waits until every scripted fault has struck.
    pub(super) fn faults_strike(&self) -> Result<()> {
        let url = format!("{}/faults", self.control);
        self.until("the faults to strike", |rig| get(&rig.agent, &url).is_ok_and(|it| it.trim() == "[]"))
    }

    /// Takes every fault back.
    pub(super) fn clear_faults(&self) -> Result<()> {
        self.agent.delete(format!("{}/faults", self.control)).call()?;
        Ok(())
    }

    /// What really happened, so far.
    pub(super) fn ledger(&self) -> Result<Ledger> {
        Ledger::read(&get(&self.agent, &format!("{}/ledger", self.control))?)
    }

    /// The endpoint for events.
    pub(super) fn receiver(&self) -> Option<&Receiver> {
        self.plan.receiver.as_ref()
    }

    /// The disk that the data lies on.
    pub(super) fn disk(&self) -> Result<&Volume> {
        self.plan.disk.as_ref().context("the data lies on an ordinary disk")
    }
}

/// Calls a tool for an account.
pub(super) fn call(agent: &Agent, base: &str, token: &str, account: &str) -> Result<(u16, Value)> {
    let wanted = json!({
        "tool_name": "confluence_space_list",
        "connector": "confluence",
        "identifier": account,
        "params": { "limit": 1 },
    });
    post(agent, &format!("{base}/api/v1/execute_tool"), Some(token), &wanted)
}

/// Asks for the access token of an account.
fn credentials(agent: &Agent, base: &str, token: &str, account: &str) -> Result<(u16, Value)> {
    let url = format!("{base}/api/v1/connected_accounts/auth?connector=confluence&identifier={account}");
    let request = agent.get(&url).header("authorization", format!("Bearer {token}"));
    read(request.call().with_context(|| format!("GET {url}"))?)
}

fn access_token(agent: &Agent, base: &str, (id, secret): &(String, String)) -> Result<String> {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    let answer: Value = serde_json::from_str(&submit(agent, &format!("{base}/oauth/token"), &fields)?)?;
    Ok(answer["access_token"].as_str().context("no access token")?.to_owned())
}
