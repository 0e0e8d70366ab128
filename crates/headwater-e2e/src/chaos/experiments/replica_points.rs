//! Replicas that die at each point of a refresh, while two others live on and take over.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::super::rig::{Caller, Database, LONG_TIME, Rig, Setup};
use super::super::server::within;
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::points::{POINTS, Way, untold};
use super::verdict;

/// The replicas that live on.
const SURVIVORS: usize = 2;
const HOLD: &str = "death";
/// The lease of a replica that died lapses after 30 seconds.
const BACK_WITHIN: Duration = Duration::from_secs(35);

/// One who dies: each has a point and an account of its own.
struct Victim {
    name: &'static str,
    way: Way,
    place: usize,
    account: String,
    /// Since its death.
    dead: Option<Stopwatch>,
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
        let mut victims = victims(&rig, count);
        rig.turn_sandbox(LONG_TIME)?;
        // To the survivors all tokens are fresh still; so it is the victims who refresh them.
        victims.iter().try_for_each(|victim| rig.turn(victim.place, LONG_TIME))?;
        let (telling, refreshing): (Vec<_>, Vec<_>) =
            victims.iter_mut().partition(|it| matches!(it.way, Way::Itself("delivering")));
        kill_all(&mut rig, refreshing)?;
        kill_tellers(&mut rig, telling)?;
        let missed = victims.iter().filter(|victim| victim.dead.is_none());
        wrong.extend(missed.map(|victim| format!("{}: the replica did not die there", victim.name)));
        (0..SURVIVORS).try_for_each(|place| rig.turn(place, LONG_TIME))?;
        for (name, took) in take_over(&rig, &victims)? {
            match took {
                Some(took) => {
                    recoveries.push(took);
                    if took > BACK_WITHIN {
                        wrong.push(format!("{name}: back only after {:.1} s", took.as_secs_f64()));
                    }
                }
                None => wrong.push(format!("{name}: its account does not come back")),
            }
        }
    }
    wrong.extend(verdict(&mut rig)?);
    // An attempt that nobody noted is taken up after a minute.
    wrong.extend(untold(&rig, 75));
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
    each.map(|((place, (name, way)), account)| Victim {
        name,
        way: *way,
        place,
        account: account.clone(),
        dead: None,
    })
    .collect()
}

/// Those who kill themselves first, all at once; then those who are held.
fn kill_all(rig: &mut Rig, victims: Vec<&mut Victim>) -> Result<()> {
    let (mut before, mut after, mut themselves) = (Vec::new(), Vec::new(), Vec::new());
    for victim in victims {
        match victim.way {
            Way::Held("before") => before.push(victim),
            Way::Held(_) => after.push(victim),
            Way::Itself(_) => themselves.push(victim),
        }
    }
    start(rig, &themselves)?;
    let callers = call(rig, &themselves);
    for victim in &mut themselves {
        if rig.dies(victim.place, 20) {
            victim.dead = Some(Stopwatch::start());
        } else {
            rig.kill(victim.place)?;
        }
    }
    join(callers);
    hold_and_kill(rig, "before", before)?;
    hold_and_kill(rig, "after", after)
}

/// Starts victims, each armed with its point.
fn start(rig: &mut Rig, victims: &[&mut Victim]) -> Result<()> {
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
fn call(rig: &Rig, victims: &[&mut Victim]) -> Vec<JoinHandle<()>> {
    let callers = victims.iter().filter_map(|victim| rig.caller(victim.place, &victim.account).ok());
    callers.map(|caller: Caller| thread::spawn(move || drop(caller.call()))).collect()
}

fn hold_and_kill(rig: &mut Rig, when: &str, mut victims: Vec<&mut Victim>) -> Result<()> {
    let steps: Vec<Value> = victims.iter().map(|_| json!({ "when": when, "hold": HOLD })).collect();
    if steps.is_empty() {
        return Ok(());
    }
    start(rig, &victims)?;
    rig.spoil_refreshes(&steps)?;
    let callers = call(rig, &victims);
    rig.steer("await", &json!({ "hold": HOLD, "count": victims.len() }))?;
    for victim in &mut victims {
        rig.kill(victim.place)?;
        victim.dead = Some(Stopwatch::start());
    }
    rig.steer("release", &json!({ "hold": HOLD }))?;
    join(callers);
    Ok(())
}

/// Any replica may deliver an event; so the survivors are stopped while the victims tell of their refresh.
fn kill_tellers(rig: &mut Rig, mut victims: Vec<&mut Victim>) -> Result<()> {
    for victim in &mut victims {
        let only = [&mut **victim];
        for _ in 0..3 {
            start(rig, &only)?;
            (0..SURVIVORS).try_for_each(|place| rig.signal(place, "STOP"))?;
            let callers = call(rig, &only);
            let dead = rig.dies(only[0].place, 6);
            (0..SURVIVORS).try_for_each(|place| rig.signal(place, "CONT"))?;
            join(callers);
            if dead {
                only[0].dead = Some(Stopwatch::start());
                break;
            }
            rig.kill(only[0].place)?;
            // Once more. The sandbox's clock must stand: the others have left tokens that are good for minutes.
            rig.turn(only[0].place, LONG_TIME)?;
        }
    }
    Ok(())
}

/// How long it takes until each victim's account works through the survivors.
fn take_over(rig: &Rig, victims: &[Victim]) -> Result<Vec<(&'static str, Option<Duration>)>> {
    // A token of the survivors' new time, so that the callers need not ask for one.
    (0..SURVIVORS).for_each(|place| drop(rig.call(place, "nobody")));
    let wait = |victim: &Victim| {
        let watch = victim.dead?;
        let mut turn = (0..SURVIVORS).cycle();
        let works = within(90, || turn.next().is_some_and(|place| rig.works(place, &victim.account)));
        works.then(|| watch.elapsed())
    };
    let dead = victims.iter().filter(|victim| victim.dead.is_some());
    thread::scope(|scope| {
        let threads: Vec<_> = dead.map(|victim| (victim.name, scope.spawn(move || wait(victim)))).collect();
        let took = threads
            .into_iter()
            .map(|(name, thread)| Ok((name, thread.join().ok().context("a thread failed")?)));
        took.collect()
    })
}
