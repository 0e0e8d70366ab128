//! Chance: replicas that come and go, callers, faults of every kind, many times over. A failure names its seed.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_ports::clock::Clock as _;

use super::provider::Fault;
use super::world::{Replica, World, simulate_seeded};

/// How many worlds; more with `SIMULATION_SEEDS` when the tests are built.
const SEEDS: &str = match option_env!("SIMULATION_SEEDS") {
    Some(seeds) => seeds,
    None => "300",
};

/// `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn fault(&mut self) -> Fault {
        match self.below(16) {
            0 => Fault::NotSent,
            1 => Fault::LostRequest,
            2 | 3 => Fault::LostAnswer,
            4 => Fault::BadGateway,
            5 => Fault::Maintenance,
            6 => Fault::Slow(self.below(9)),
            7 => Fault::TooMany(self.below(40)),
            _ => Fault::None,
        }
    }
}

/// Three hours of it, and then peace: the account must be usable.
pub(super) async fn live_through(world: World, seed: u64) {
    let mut chance = Chance(seed);
    let mut replicas: Vec<Replica> = (0..=chance.below(3)).map(|_| world.replica()).collect();
    for replica in &replicas {
        replica.sweep_every(15);
    }
    let end = world.clock.now().plus(Duration::from_secs(3 * 3600));
    let mut generation = 1;
    while world.clock.now() < end {
        world.provider.script(&[chance.fault()]);
        world.pass(chance.below(120)).await;
        let place = usize::try_from(chance.below(replicas.len() as u64)).unwrap();
        if chance.below(6) == 0 {
            replicas[place].kill();
        }
        if chance.below(8) == 0 {
            replicas[place].stop_at_answer(chance.below(60));
        }
        for replica in replicas.iter_mut().filter(|replica| replica.dead()) {
            *replica = world.mortal(1 + chance.below(200));
            replica.sweep_every(15);
        }
        let (service, account) = (replicas[place].service.clone(), world.account.clone());
        tokio::spawn(async move { drop(service.grants.usable(&account).await) });
        let now = world.generation().await;
        assert!(now >= generation, "seed {seed}: generation {now} after {generation}");
        generation = now;
    }
    let last = world.replica();
    last.sweep_every(15);
    world.pass(900).await;
    assert_eq!(world.status().await, AccountStatus::Active, "seed {seed}");
    world.assert_usable(&last).await;
    assert!(generation >= 3, "seed {seed}: only {generation} refreshes in three hours");
}

#[test]
fn whatever_happens_the_grant_survives() {
    let seeds: u64 = SEEDS.parse().unwrap();
    let next = Arc::new(std::sync::atomic::AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    if seed >= seeds {
                        break;
                    }
                    simulate_seeded(seed, |world| live_through(world, seed));
                }
            });
        }
    });
    println!("{seeds} worlds");
}
