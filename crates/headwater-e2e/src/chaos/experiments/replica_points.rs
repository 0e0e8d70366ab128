//! Replicas that die at each point of a refresh, while two others live on and take over.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::super::finding::Kind;
use super::super::rig::{Caller, Database, LONG_TIME, Rig, Setup};
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::points::{DELIVERING, POINTS, Way, told_again};
use super::verdict;

/// The replicas that live on.
const SURVIVORS: usize = 2;
const HOLD: &str = "death";

/// One who dies: each has a point and an account of its own.
struct Victim {
    name: &'static str,
    way: Way,
    place: usize,
    account: String,
}

pub(super) fn postgres(conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let count = POINTS.len() * amount.victims as usize;
    let setup = Setup {
        victims: count,
        webhook: true,
        ..Setup::new(Database::Postgres(SURVIVORS), u32::try_from(count)?).inside()
    };
    let mut rig = Rig::new(conditions, &setup)?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..amount.replica_rounds {
        let victims = victims(&rig, count);
        rig.turn_sandbox(LONG_TIME)?;
        // To the survivors all tokens are fresh still; so it is the victims who refresh them.
        victims.iter().try_for_each(|victim| rig.turn(victim.place, LONG_TIME))?;
        let (telling, refreshing): (Vec<_>, Vec<_>) =
            victims.iter().partition(|it| matches!(it.way, Way::Itself(DELIVERING)));
        kill_all(&mut rig, &refreshing)?;
        kill_tellers(&mut rig, &telling)?;
        (0..SURVIVORS).try_for_each(|place| rig.turn(place, LONG_TIME))?;
        for (victim, took) in victims.iter().zip(take_over(&rig, &victims)?) {
            match took? {
                Some(took) => recoveries.push(took),
                None => wrong.push(Kind::GivenUp.because(format!("{}: {}", victim.name, victim.account))),
            }
        }
    }
    wrong.extend(verdict(&mut rig)?);
    told_again(&rig)?;
    let ledger = rig.ledger()?;
    let done = format!(
        "{} kills, {} refreshes, {} of them repetitions",
        recoveries.len(),
        ledger.refreshes(),
        ledger.repetitions()
    );
    Ok(Findings { done, wrong, recoveries, ..Findings::default() })
}

fn victims(rig: &Rig, count: usize) -> Vec<Victim> {
    let places = SURVIVORS..SURVIVORS + count;
    let each = places.zip(POINTS.iter().cycle()).zip(&rig.accounts);
    each.map(|((place, (name, way)), account)| Victim { name, way: *way, place, account: account.clone() })
        .collect()
}

/// Those who kill themselves first, all at once; then those who are held.
fn kill_all(rig: &mut Rig, victims: &[&Victim]) -> Result<()> {
    let (mut before, mut after, mut themselves) = (Vec::new(), Vec::new(), Vec::new());
    for victim in victims {
        match victim.way {
            Way::Held("before") => before.push(*victim),
            Way::Held(_) => after.push(*victim),
            Way::Itself(_) => themselves.push(*victim),
        }
    }
    start(rig, &themselves)?;
    let callers = call(rig, &themselves);
    for victim in &themselves {
        rig.dies(victim.place).context(victim.name)?;
    }
    join(callers);
    hold_and_kill(rig, "before", &before)?;
    hold_and_kill(rig, "after", &after)
}

/// Starts victims, each armed with its point.
fn start(rig: &mut Rig, victims: &[&Victim]) -> Result<()> {
    let recipes: Vec<_> = victims
        .iter()
        .map(|victim| match victim.way {
            Way::Itself(point) => rig.armed(victim.place, "HEADWATER_CHAOS__CRASH_AT", point),
            Way::Held(_) => rig.armed(victim.place, "HEADWATER_LOG__LEVEL", "warn"),
        })
        .collect::<Result<_>>()?;
    let started: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = recipes.iter().map(|recipe| scope.spawn(|| recipe.start_doomed())).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    for (victim, running) in victims.iter().zip(started) {
        rig.put(victim.place, running.ok().context("a thread failed")??);
    }
    Ok(())
}

fn join(callers: Vec<JoinHandle<()>>) {
    for caller in callers {
        drop(caller.join());
    }
}

/// Calls each victim for its account, in the background. One that has died before is not called any more.
fn call(rig: &Rig, victims: &[&Victim]) -> Vec<JoinHandle<()>> {
    let callers = victims.iter().filter_map(|victim| rig.caller(victim.place, &victim.account).ok());
    callers.map(|caller: Caller| thread::spawn(move || drop(caller.call()))).collect()
}

fn hold_and_kill(rig: &mut Rig, when: &str, victims: &[&Victim]) -> Result<()> {
    let steps: Vec<Value> = victims.iter().map(|_| json!({ "when": when, "hold": HOLD })).collect();
    if steps.is_empty() {
        return Ok(());
    }
    start(rig, victims)?;
    rig.spoil_refreshes(&steps)?;
    let callers = call(rig, victims);
    rig.steer("await", &json!({ "hold": HOLD, "count": victims.len() }))?;
    victims.iter().try_for_each(|victim| rig.kill(victim.place))?;
    rig.steer("release", &json!({ "hold": HOLD }))?;
    join(callers);
    Ok(())
}

/// Any replica may deliver an event; so the survivors do not run while the victims tell of their refresh.
fn kill_tellers(rig: &mut Rig, victims: &[&Victim]) -> Result<()> {
    (0..SURVIVORS).try_for_each(|place| rig.kill(place))?;
    for victim in victims {
        start(rig, &[*victim])?;
        let callers = call(rig, &[*victim]);
        rig.dies(victim.place).context(victim.name)?;
        join(callers);
    }
    (0..SURVIVORS).try_for_each(|place| rig.restart(place))
}

/// How long it takes, from when their leases have lapsed, until each victim's account works through the survivors. None
/// for one that was given up.
fn take_over(rig: &Rig, victims: &[Victim]) -> Result<Vec<Result<Option<Duration>>>> {
    // A token of the survivors' new time, so that the callers need not ask for one.
    (0..SURVIVORS).for_each(|place| drop(rig.call(place, "nobody")));
    // Whoever had a lease is dead, and to the survivors everything looked fresh until now.
    rig.let_leases_lapse()?;
    let watch = Stopwatch::start();
    let wait = |(number, victim): (usize, &Victim)| {
        let works = rig.comes_back(number % SURVIVORS, &victim.account)?;
        Ok(works.then(|| watch.elapsed()))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = victims.iter().enumerate().map(|it| scope.spawn(move || wait(it))).collect();
        threads.into_iter().map(|thread| thread.join().ok().context("a thread failed")).collect()
    })
}
