//! A1, A4, A5 and F1: what somebody finds who holds the disk, another account of the machine, or the log.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use headwater_e2e::binary;
use serde_json::json;

use super::target::{ACCESS_TOKEN, REFRESH_TOKEN, Target};

/// The key-encryption key, which is not part of a backup of the database.
const KEY_FILE: &str = "key-encryption.key";

/// Writes a file that only its owner can read, as a key has to be.
fn put_private(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

/// Uses every kind of secret once, and returns them.
fn use_secrets(target: &Target) -> Vec<String> {
    let asked = json!({"connector": "wiki", "identifier": "ann", "state": "state-canary-5e1f",
        "user_verify_url": "https://app.example/verify?canary=verify-canary-5e1f"});
    let link = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let link = link.json()["link"].as_str().unwrap_or_else(|| panic!("{}", link.body)).to_owned();
    let path = link[link.find("/oauth/connect").unwrap()..].to_owned();
    assert_eq!(target.wire().request("GET", &path, "", "").status, 200);
    let token = path.split_once('=').unwrap().1.to_owned();
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    let started = target.wire().request("POST", "/oauth/connect", kind, &format!("token={token}"));
    let location = started.header("location").unwrap();
    let state = location.split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap();
    let cookie = started.header("set-cookie").unwrap().split(['=', ';']).nth(1).unwrap();
    let connection = target.verb(&["connection", "list"]);
    let connection = connection.split_whitespace().next().unwrap();
    // Somebody else's browser, then a provider that does not understand: both are worth a line in the log.
    for name in ["other", "__Host-headwater_flow"] {
        let callback = format!("/sso/v1/oauth/{connection}/callback?code=code-canary-5e1f&state={state}");
        let head = format!("cookie: {name}={cookie}\r\n");
        let answered = target.wire().request("GET", &callback, &head, "");
        assert!(
            answered.status >= 400 || answered.header("location") == Some("/connect/result"),
            "{answered:?}"
        );
    }
    let query = "/wiki/x?secret=query-canary-5e1f";
    let head = "cookie: session=cookie-canary-5e1f\r\ncontent-length: 16\r\n";
    let body = "body-canary-5e1f";
    assert_eq!(target.wire().send((target.raw("POST", query, "ann", head) + body).as_bytes()).status, 200);
    assert_eq!(target.tool("confluence_page_get", &json!({"id": "7"})).status, 200);
    assert_eq!(target.ask_token("wrong-canary-5e1f").status, 401);
    let webhook = target.verb(&["webhook", "create", "--url", "https://app.example/hooks"]);
    let webhook = webhook.split_whitespace().find(|it| it.starts_with("whsec_")).unwrap();
    let all = [
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        "app-secret-canary-5e1f",
        "code-canary-5e1f",
        "query-canary-5e1f",
        "cookie-canary-5e1f",
        "body-canary-5e1f",
        "wrong-canary-5e1f",
        &token,
        state,
        cookie,
        webhook,
        &target.secret,
        &target.token,
    ];
    all.map(str::to_owned).to_vec()
}

/// Database, write-ahead log and whatever else lies there.
#[test]
fn a1_a_stolen_disk_without_the_key_holds_no_secret() {
    let mut target = Target::start();
    let secrets = use_secrets(&target);
    let data = target.data();
    let look = || {
        let mut found = false;
        for path in files(&data) {
            let bytes = fs::read(&path).unwrap();
            for secret in &secrets {
                assert!(!holds(&bytes, secret), "{secret} stands in {}", path.display());
            }
            found = found || holds(&bytes, "\"wiki\"") || holds(&bytes, "wiki");
        }
        assert!(found, "what is no secret can be found");
    };
    look();
    target.stop();
    look();
}

#[test]
fn a4_with_a_lost_or_foreign_key_nothing_starts_and_nothing_changes() {
    let mut target = Target::start();
    target.stop();
    let (data, key) = (target.data(), target.data().join(KEY_FILE));
    let own = fs::read(&key).unwrap();
    let foreign = "headwater-key-v1\nk9 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let id = target.verb(&["key", "list"]);
    let impostor = foreign.replace("k9", id.split_whitespace().next().unwrap());
    for (what, text) in
        [("lost", None), ("foreign", Some(foreign)), ("impostor", Some(&*impostor)), ("empty", Some(""))]
    {
        fs::remove_file(&key).ok();
        if let Some(text) = text {
            put_private(&key, text.as_bytes());
        }
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
        let refused = binary::run(&arguments).unwrap();
        assert!(!refused.status.success(), "{what}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("key"), "{what}: {said}");
    }
    fs::remove_file(&key).ok();
    put_private(&key, &own);
    let target = target.restarted(&[]);
    assert_eq!(target.tool("confluence_page_get", &json!({"id": "7"})).status, 200, "all is as it was");
    assert!(target.provider.requests()[0].contains(ACCESS_TOKEN));
}

/// Without the defence the memory files belong to the user whom the server runs as, and the limit is the shell's.
#[test]
fn a5_the_memory_of_the_server_is_not_for_others() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary::path().unwrap());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(directory.path().join("data"));
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if root {
        // Root owns its own files anyway: the server runs as somebody else.
        let nobody = 65534;
        chown(directory.path(), Some(nobody), Some(nobody)).unwrap();
        command.uid(nobody).gid(nobody);
    }
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(child.stderr.as_mut().unwrap(), &mut first).unwrap();
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let owner = fs::metadata(process.join("mem")).unwrap().uid();
    let limits = fs::read_to_string(process.join("limits")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(owner, 0, "only root may read the memory");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

/// The log at its most talkative, what is answered, and what the audit log keeps.
#[test]
fn f1_no_secret_is_logged_or_told() {
    let target = Target::with(&[("HEADWATER_LOG__LEVEL", "trace")]);
    let secrets = use_secrets(&target);
    let audit = target.verb(&["audit"]);
    let log = target.log();
    assert!(log.contains("proxied") && log.contains("DEBUG"), "it is talkative: {log}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "{secret} is logged");
        assert!(!audit.contains(secret.as_str()), "{secret} stands in the audit log");
    }
}
