//! Holders of a lease that are stopped, as a machine that sleeps or swaps stops them, until the lease has lapsed; and that
//! go on when all is over.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::super::ledger::Ledger;
use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::server::pause;
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

/// So many of each kind in a round: those that are stopped with the provider's answer in their hands, and those
/// that are stopped between the last look at the lease and the request. The latter present a token that another replica
/// has presented meanwhile: that is the one exception which no lease can remove.
const EACH: usize = 2;

const TRY_AGAIN: Duration = Duration::from_millis(500);

/// A replica and its account.
struct Victim {
    place: usize,
    account: String,
    /// The account's grant in the ledger.
    family: String,
    call: Option<JoinHandle<()>>,
}

pub(super) fn stopped(conditions: Conditions) -> Result<Findings> {
    let setup = Setup { victims: 2 * EACH, ..Setup::new(Database::Postgres(1), 4).inside() };
    let mut rig = Rig::new(conditions, &setup)?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..conditions.amount.stalls {
        rig.turn_sandbox(LONG_TIME)?;
        (1..=2 * EACH).try_for_each(|place| rig.turn(place, LONG_TIME))?;
        // Otherwise the replicas that are started later take up what those before them have left open.
        rig.let_leases_last()?;
        let before = rig.ledger()?.len();
        let mut askers = stop_at(&mut rig, "written-down", 0)?;
        let early = presented(&rig.ledger()?.after(before), &askers);
        ensure!(early == 0, "{early} replicas presented their token and were stopped only then");
        let mut holders = stop_at(&mut rig, "reply-read", EACH)?;
        rig.turn(0, LONG_TIME)?;
        // Whoever has a lease is stopped, and to the one who goes on everything looked fresh until now.
        rig.let_leases_lapse()?;
        recoveries.push(take_over(&rig, &askers, &holders)?);
        let before = rig.ledger()?.len();
        askers.iter().try_for_each(|victim| rig.signal(victim.place, "CONT"))?;
        // They present at once; nobody may use the other's access token before that.
        rig.until("the replicas that go on to present what they were about to", |rig| {
            let done = |it: Ledger| it.under_way() == 0 && presented(&it.after(before), &askers) == EACH;
            rig.ledger().is_ok_and(done)
        })?;
        go_on(&rig, &mut askers)?;
        // Two generations later what is in the hands of the others is long outdated.
        for _ in 0..2 {
            rig.pass(LONG_TIME)?;
            for account in &rig.accounts {
                rig.comes_back(0, account)?;
            }
        }
        go_on(&rig, &mut holders)?;
        (1..=2 * EACH).try_for_each(|place| rig.kill(place))?;
    }
    wrong.extend(verdict(&mut rig)?);
    let stops = conditions.amount.stalls as usize * 2 * EACH;
    let done = format!("{stops} stops, {} tokens presented again", rig.ledger()?.repetitions());
    Ok(Findings { done, wrong, recoveries, ..Findings::default() })
}

/// Starts replicas that stop themselves at a point, for the accounts beginning with the one of this number.
fn stop_at(rig: &mut Rig, point: &str, first: usize) -> Result<Vec<Victim>> {
    let mut victims = Vec::new();
    for number in first..first + EACH {
        let place = 1 + number;
        let running = rig.armed(place, "HEADWATER_CHAOS__STOP_AT", point)?.start()?;
        rig.put(place, running);
        let victim = calling(rig, place, number)?;
        rig.stops(place).context(point.to_owned())?;
        victims.push(victim);
    }
    Ok(victims)
}

/// How many of them have presented their token.
fn presented(ledger: &Ledger, victims: &[Victim]) -> usize {
    victims.iter().filter(|victim| ledger.presentations_of(&victim.family) > 0).count()
}

/// How long it takes until the replica that goes on has refreshed every grant, and stored that. Access tokens of those who
/// are about to ask are not used yet: what they will present comes before that.
fn take_over(rig: &Rig, askers: &[Victim], holders: &[Victim]) -> Result<Duration> {
    let watch = Stopwatch::start();
    rig.until("the grants of replicas that are stopped to be refreshed by another", |rig| {
        let shown = askers.iter().all(|victim| rig.shows_token(0, &victim.account));
        shown && holders.iter().all(|victim| rig.works(0, &victim.account))
    })?;
    Ok(watch.elapsed())
}

fn calling(rig: &Rig, place: usize, account: usize) -> Result<Victim> {
    let family = rig.families.get(account).cloned().context("there is no such account")?;
    let account = rig.accounts.get(account).cloned().context("there is no such account")?;
    let caller = rig.caller(place, &account)?;
    let insist = move || {
        // On a machine that has no time a call may be told to try again before its replica has come to the point.
        while let Ok((503, _)) = caller.call() {
            pause(TRY_AGAIN);
        }
    };
    let call = Some(thread::spawn(insist));
    Ok(Victim { place, account, family, call })
}

/// Lets them go on, and waits until they are as good as any other replica, or have given their account up: which of these
/// is right is seen in the end.
fn go_on(rig: &Rig, victims: &mut [Victim]) -> Result<()> {
    victims.iter().try_for_each(|victim| rig.signal(victim.place, "CONT"))?;
    for victim in victims {
        victim.call.take().map(JoinHandle::join);
        rig.comes_back(victim.place, &victim.account)?;
    }
    Ok(())
}
