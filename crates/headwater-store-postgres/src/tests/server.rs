//! A private PostgreSQL for the tests of this process: in a directory of its own, reachable through a socket only.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use headwater_domain::secret::Secret;
use sqlx::{Connection as _, PgConnection};

/// Starts the server and stops it, whatever becomes of this process: the shell waits for the end of its input.
const SCRIPT: &str = r#"
set -e
"$1/initdb" --pgdata "$2/data" --username tests --auth trust --encoding UTF8 --no-sync > "$2/log" 2>&1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 >> "$2/log" 2>&1 < /dev/null &
server=$!
until "$1/psql" --host "$2" --username tests --dbname postgres --command 'SELECT 1' >> "$2/log" 2>&1; do
    kill -0 "$server"
done
echo ready
cat > /dev/null
kill -INT "$server"
wait "$server" || true
rm -rf "$2"
"#;

/// The running server. Its child ends when this process does.
struct Server {
    directory: PathBuf,
    _shell: Child,
}

static SERVER: LazyLock<Server> = LazyLock::new(start);

/// The address of a new, empty schema: to those who use it a database of their own, but made in no time.
pub(super) async fn database() -> Secret {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let address = format!("postgres://tests@localhost/postgres?host={}", SERVER.directory.display());
    let mut connection = PgConnection::connect(&address).await.unwrap();
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    Secret::new(format!("{address}&options=-csearch_path%3D{name}"))
}

fn start() -> Server {
    let programs = programs();
    let directory = tempfile::Builder::new().prefix("pg-").tempdir_in("/tmp").unwrap().keep();
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "sh"]).arg(&programs).arg(&directory);
    if fs::metadata(&directory).unwrap().uid() == 0 {
        // PostgreSQL refuses to run as root.
        let nobody = 65534;
        chown(&directory, Some(nobody), Some(nobody)).unwrap();
        command.uid(nobody).gid(nobody);
    }
    let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let log = || fs::read_to_string(directory.join("log")).unwrap_or_default();
    assert_eq!(line, "ready\n", "PostgreSQL did not start:\n{}", log());
    shell.stdin.as_mut().unwrap().flush().unwrap();
    Server { directory, _shell: shell }
}

/// Where the programs are: on the path, or where Debian puts them.
fn programs() -> PathBuf {
    let path = env::split_paths(&env!("PATH")).collect::<Vec<_>>();
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.path().join("bin"))
        .collect();
    debian.sort();
    let found = path.into_iter().chain(debian.into_iter().rev()).find(|it| complete(it));
    found.expect("PostgreSQL's server programs are not installed; `cargo xtask test` installs them on Debian")
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}
