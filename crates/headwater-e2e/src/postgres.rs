//! A private PostgreSQL: in a directory of its own, reachable through a socket only, gone with whoever started it.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// Starts the server, kills or starts it when told to, and stops it whatever becomes of the process that asked: the
/// shell then finds its input at an end.
const SCRIPT: &str = r#"
set -e
start() {
    "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 >> "$2/log" 2>&1 < /dev/null &
    server=$!
    until "$1/psql" --host "$2" --username tests --dbname postgres --command 'SELECT 1' >> "$2/log" 2>&1; do
        kill -0 "$server"
    done
    echo ready
}
"$1/initdb" --pgdata "$2/data" --username tests --auth trust --encoding UTF8 --no-sync > "$2/log" 2>&1
start "$1" "$2"
while read -r order; do
    case "$order" in
        kill) kill -QUIT "$server"; wait "$server" || true; echo killed ;;
        start) start "$1" "$2" ;;
    esac
done
kill -INT "$server" 2> /dev/null || true
wait "$server" || true
rm -rf "$2"
"#;

const TURNABLE_CLOCK: &str = "
    CREATE SCHEMA chaos;
    CREATE TABLE chaos.clock (ahead interval NOT NULL, slow_since timestamptz);
    INSERT INTO chaos.clock VALUES ('0', NULL);
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
        SELECT ahead + coalesce(
            slow_since + (pg_catalog.clock_timestamp() - slow_since) / 20, pg_catalog.clock_timestamp()
        ) FROM chaos.clock
    $$;
    ALTER ROLE tests SET search_path = public, pg_catalog;
";

/// The running server.
pub struct Postgres {
    directory: PathBuf,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _shell: Child,
}

impl Postgres {
    /// Starts one. Its programs must be installed.
    pub fn start() -> Result<Self> {
        let directory = env::temp_dir().join(format!("pg-{}-{}", std::process::id(), fresh()));
        fs::create_dir(&directory)?;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(programs()?).arg(&directory);
        if fs::metadata(&directory)?.uid() == 0 {
            // PostgreSQL refuses to run as root.
            let nobody = 65534;
            chown(&directory, Some(nobody), Some(nobody))?;
            command.uid(nobody).gid(nobody);
        }
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = shell.stdin.take().context("the shell has no input")?;
        let answers = BufReader::new(shell.stdout.take().context("the shell has no output")?);
        let mut server = Self { directory, orders, answers, _shell: shell };
        server.expect("ready")?;
        Ok(server)
    }

    /// Its address, without a schema.
    pub fn address(&self) -> String {
        format!("postgres://tests@localhost/postgres?host={}", self.directory.display())
    }

    /// Gives it a clock that can be turned. Must come before whoever connects: the server's own function for the time is
    /// hidden behind one of the same name, in a schema that is searched first.
    pub fn make_clock_turnable(&self) -> Result<()> {
        self.perform(TURNABLE_CLOCK)
    }

    /// Lets its clock go twenty times slower, until it is turned. What a busy machine needs is no time to it.
    pub fn slow_clock(&self) -> Result<()> {
        self.perform("UPDATE chaos.clock SET slow_since = pg_catalog.clock_timestamp()")
    }

    /// Turns its clock ahead, for good; it goes as usual then.
    pub fn turn_clock(&self, seconds: i64) -> Result<()> {
        let ahead = format!("ahead = ahead + interval '{seconds} seconds'");
        self.perform(&format!("UPDATE chaos.clock SET {ahead}, slow_since = NULL"))
    }

    fn perform(&self, statements: &str) -> Result<()> {
        let output = Command::new(programs()?.join("psql"))
            .arg("--host")
            .arg(&self.directory)
            .args(["--username", "tests", "--dbname", "postgres", "--set", "ON_ERROR_STOP=1"])
            .args(["--quiet", "--command", statements])
            .stdin(Stdio::null())
            .output()?;
        ensure!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Ends it without a checkpoint, as a crash would.
    pub fn kill(&mut self) -> Result<()> {
        writeln!(self.orders, "kill")?;
        self.expect("killed")
    }

    /// Starts it again on the same data.
    pub fn restart(&mut self) -> Result<()> {
        writeln!(self.orders, "start")?;
        self.expect("ready")
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let log = || fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        ensure!(line.trim_end() == wanted, "PostgreSQL is not {wanted}:\n{}", log());
        Ok(())
    }
}

/// Tells the servers of one process apart.
fn fresh() -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

/// Where the programs are: on the path, or where Debian puts them.
fn programs() -> Result<PathBuf> {
    let path = env::split_paths(&env!("PATH")).collect::<Vec<_>>();
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = folders.map(|it| it.path().join("bin")).collect();
    debian.sort();
    let found = path.into_iter().chain(debian.into_iter().rev()).find(|it| complete(it));
    found
        .context("PostgreSQL's server programs are not installed; `cargo xtask test` installs them on Debian")
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}
