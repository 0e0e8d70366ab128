//! A sandbox, replicas of headwater on one database, and end users who have authorized.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use super::http::{browser, get, post, read, submit};
use super::ledger::Ledger;
use super::plan::Plan;
pub(super) use super::plan::{Database, Setup};
use super::receiver::Receiver;
use super::server::{Recipe, Running, within};
use super::table::Conditions;
use super::volume::Volume;
use crate::postgres::Postgres;

/// After so many seconds every access token has lapsed, and no account counts as in use any more: nobody refreshes it
/// ahead of need, and so whoever calls for it does.
pub(super) const LONG_TIME: i64 = 25 * 3600;
/// Above the sandbox's leeway for tokens that were exchanged.
const PAST_LEEWAY: i64 = 660;

/// Everything that runs.
pub(super) struct Rig {
    pub(super) agent: Agent,
    /// The API of each replica.
    pub(super) urls: Vec<String>,
    pub(super) accounts: Vec<String>,
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
        rig.steer("options", &json!({ "tokens": setup.rules }))?;
        if !setup.inside {
            // Tokens that were issued under the ordinary rules would live for an hour.
            rig.steer("expire", &json!({}))?;
        }
        Ok(rig)
    }

    /// An end user walks through the connect flow.
    fn authorize(&mut self, identifier: &str) -> Result<()> {
        let base = self.urls.first().context("there is no replica")?.clone();
        let wanted = json!({ "connector": "confluence", "identifier": identifier });
        let url = format!("{base}/api/v1/connected_accounts/magic_link");
        let (status, answer) = post(&self.agent, &url, Some(&self.token(0)?), &wanted)?;
        ensure!(status == 200, "no link: {status} {answer}");
        let link = answer["link"].as_str().context("no link in the answer")?;
        let token = link.split_once("token=").context("no token in the link")?.1;
        let page = submit(&browser(), &format!("{base}/oauth/connect"), &[("token", token)])?;
        ensure!(page.contains("is connected"), "{identifier} was not connected: {page}");
        self.accounts.push(identifier.to_owned());
        Ok(())
    }

    /// An access token of a replica.
    pub(super) fn token(&self, place: usize) -> Result<String> {
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(token) = known {
            return Ok(token);
        }
        let base = self.urls.get(place).context("there is no such replica")?;
        let token = access_token(&self.agent, base, &self.credentials)?;
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

    /// Whether an account works through a replica within so many seconds. One that was given up is not waited for.
    pub(super) fn comes_back(&self, place: usize, account: &str, seconds: u64) -> bool {
        let mut works = false;
        within(seconds, || match self.call(place, account) {
            Ok((200, _)) => {
                works = true;
                true
            }
            Ok((_, answer)) => answer.to_string().contains("ACCOUNT_NOT_ACTIVE"),
            Err(_) => false,
        });
        works
    }

    /// Whether a call succeeds.
    pub(super) fn works(&self, place: usize, account: &str) -> bool {
        matches!(self.call(place, account), Ok((200, _)))
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

    /// Scripts what happens to the next refreshes, one step for each.
    pub(super) fn spoil_refreshes(&self, steps: &[Value]) -> Result<()> {
        let wish = json!({ "path": "/oauth/token", "grant_type": "refresh_token", "steps": steps });
        self.steer("fault", &wish).map(drop)
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

    /// Turns the sandbox's clock ahead.
    pub(super) fn turn_sandbox(&self, seconds: i64) -> Result<()> {
        self.steer("clock", &json!({ "advance_seconds": seconds })).map(drop)
    }

    /// Lets time pass for a replica: both its time of day and its running time go ahead.
    pub(super) fn turn(&mut self, place: usize, seconds: i64) -> Result<()> {
        self.set_clock(place, seconds, seconds)
    }

    /// Sets the time of day of a replica ahead, or back, as an administrator would.
    pub(super) fn turn_wall(&mut self, place: usize, seconds: i64) -> Result<()> {
        self.set_clock(place, seconds, 0)
    }

    fn set_clock(&mut self, place: usize, wall: i64, running: i64) -> Result<()> {
        let turned = self.turned.get_mut(place).context("there is no such replica")?;
        turned.0 += wall * 1000;
        turned.1 += running * 1000;
        // Tokens of the earlier time may be no good in this one.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
        // As a whole, so that nobody reads half of it.
        let (file, next) = (self.plan.clock(place), self.plan.clock(place).with_extension("next"));
        fs::write(&next, format!("{} {}\n", turned.0, turned.1))?;
        Ok(fs::rename(next, file)?)
    }

    /// Lets time pass for everybody.
    pub(super) fn pass(&mut self, seconds: i64) -> Result<()> {
        self.turn_sandbox(seconds)?;
        (0..self.recipes.len()).try_for_each(|place| self.turn(place, seconds))
    }

    /// Lets so much time pass that the provider has forgotten every token but the newest. Whoever holds another one will
    /// not get the next.
    pub(super) fn age(&mut self) -> Result<()> {
        if self.plan.inside { self.pass(LONG_TIME) } else { self.turn_sandbox(PAST_LEEWAY) }
    }

    /// Ends a replica as a power cut would.
    pub(super) fn kill(&mut self, place: usize) -> Result<()> {
        let running = self.replicas.get_mut(place).and_then(Option::take).context("it does not run")?;
        running.kill()
    }

    /// Whether a replica has been killed within so many seconds.
    pub(super) fn dies(&mut self, place: usize, seconds: u64) -> bool {
        let Some(slot) = self.replicas.get_mut(place) else { return false };
        let dead = within(seconds, || slot.as_mut().is_some_and(|it| it.dead().unwrap_or(false)));
        if dead {
            *slot = None;
        }
        dead
    }

    /// Sends a replica a signal.
    pub(super) fn signal(&self, place: usize, name: &str) -> Result<()> {
        self.replicas.get(place).and_then(Option::as_ref).context("it does not run")?.signal(name)
    }

    /// Whether a replica is stopped within so many seconds.
    pub(super) fn stops(&self, place: usize, seconds: u64) -> bool {
        let running = self.replicas.get(place).and_then(Option::as_ref);
        running.is_some_and(|it| within(seconds, || it.stopped()))
    }

    /// Starts a replica again.
    pub(super) fn restart(&mut self, place: usize) -> Result<()> {
        let running = self.recipes.get(place).context("there is no such replica")?.start()?;
        self.put(place, running);
        Ok(())
    }

    /// How to start a replica that will strike at itself.
    pub(super) fn armed(&self, place: usize, how: &str, point: &str) -> Result<Recipe> {
        Ok(self.recipes.get(place).context("there is no such replica")?.with(how, point))
    }

    /// A replica that was started elsewhere.
    pub(super) fn put(&mut self, place: usize, running: Running) {
        if let Some(slot) = self.replicas.get_mut(place) {
            *slot = Some(running);
        }
    }

    /// The endpoint for events.
    pub(super) fn receiver(&self) -> Option<&Receiver> {
        self.plan.receiver.as_ref()
    }

    /// The disk that the data lies on.
    pub(super) fn disk(&self) -> Result<&Volume> {
        self.plan.disk.as_ref().context("the data lies on an ordinary disk")
    }

    /// Copies a replica's data; returns where to.
    pub(super) fn copy_data(&self, place: usize) -> Result<PathBuf> {
        let to = self.plan.directory.path().join("copy");
        drop(fs::remove_dir_all(&to));
        copy_files(&self.plan.data(place), &to)?;
        Ok(to)
    }

    /// Says that whatever lies there now is this deployment's database.
    pub(super) fn adopt(&self) -> Result<()> {
        self.plan.command("adopt", &[]).map(drop)
    }

    /// Puts a copy in the place of a replica's data.
    pub(super) fn put_back(&self, place: usize, copy: &Path) -> Result<()> {
        let data = self.plan.data(place);
        fs::remove_dir_all(&data)?;
        copy_files(copy, &data)
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
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
