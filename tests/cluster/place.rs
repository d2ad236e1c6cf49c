//! Where the servers are.
//!
//! One test at a time has them: what it does to them would be another one's fault.

use std::env;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::rig::skipped;
use crate::script::Script;
use crate::search::Search;
use crate::secret::Secrets;
use crate::topic::Kafka;

static TURN: Mutex<()> = Mutex::new(());

/// The servers, and a name that no run had before.
pub struct Place {
    pub kafka: Kafka,
    /// Where they can be stopped and started.
    pub script: Option<Script>,
    /// What names of this test end with.
    pub run: String,
    _turn: MutexGuard<'static, ()>,
}

impl Place {
    /// Brokers; `None` if nobody says where they are.
    pub fn brokers() -> Option<Place> {
        let Some(kafka) = named("KNOWNET_KAFKA") else {
            skipped("a cluster's tests: KNOWNET_KAFKA names no brokers");
            return None;
        };
        let script = named("SERVERS_HOME").map(Script::new);
        Some(Place::with(Kafka::new(kafka), script))
    }

    fn with(kafka: Kafka, script: Option<Script>) -> Place {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.expect("a time after 1970").as_millis();
        Place {
            kafka,
            script,
            run: format!("{now:x}"),
            _turn: turn,
        }
    }

    /// Brokers and a search server.
    pub fn both() -> Option<(Place, Search)> {
        let place = Place::brokers()?;
        let Some(search) = named("KNOWNET_ELASTICSEARCH") else {
            skipped("a cluster's tests: KNOWNET_ELASTICSEARCH names no search server");
            return None;
        };
        let search = Search::new(&search);
        search.make_room();
        Some((place, search))
    }

    /// Brokers and a search server that want to know who comes, and what proves it.
    pub fn secure() -> Option<(Place, Search, Secrets)> {
        let all = [
            "KNOWNET_KAFKA_SECURE",
            "KNOWNET_ELASTICSEARCH_SECURE",
            "KNOWNET_SECURE",
        ];
        let [Some(kafka), Some(search), Some(folder)] = all.map(named) else {
            skipped("a cluster's tests: KNOWNET_KAFKA_SECURE and the like name no secure servers");
            return None;
        };
        let secrets = Secrets::new(folder);
        let kafka = Kafka::secure(kafka, &secrets);
        let search = Search::secure(&search, &secrets);
        Some((Place::with(kafka, None), search, secrets))
    }
}

fn named(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
