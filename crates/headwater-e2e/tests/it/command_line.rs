//! The verbs that end by themselves.

use headwater_e2e::binary::{run, succeed};

#[test]
fn an_operator_sets_a_server_up_by_commands() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "s3cr3t-canary\n").unwrap();
    let at = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    let call = |mut words: Vec<String>| {
        words.insert(1, "--data-dir".to_owned());
        words.insert(2, data.to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        succeed(&words).unwrap()
    };

    let created = call(at(&["client", "create", "--name", "my agent"]));
    assert!(
        created.contains("SCALEKIT_CLIENT_ID=skc_") && created.contains("SCALEKIT_CLIENT_SECRET="),
        "{created}"
    );
    let listed = call(at(&["client", "list"]));
    assert!(listed.contains("my agent") && !listed.contains("SECRET"), "{listed}");
    assert!(listed.trim_end().ends_with("roles: use"), "nobody asked for more: {listed}");
    let id = listed.split_whitespace().next().unwrap();
    call(at(&["client", "update", id, "--role", "read,manage", "--role", "credentials"]));
    assert!(call(at(&["client", "list"])).trim_end().ends_with("roles: read manage credentials"));
    assert!(call(at(&["client", "rotate", id])).contains(id));
    call(at(&["client", "delete", id]));
    assert_eq!(call(at(&["client", "list"])), "");

    let new = [
        "connection",
        "--base-url",
        "https://headwater.example",
        "create",
        "--client-id",
        "abc",
        "--client-secret-file",
    ];
    let mut new = at(&new);
    new.push(secret.to_str().unwrap().to_owned());
    let created = call(new);
    assert!(
        created.contains("https://headwater.example/sso/v1/oauth/conn_") && created.contains("/callback"),
        "{created}"
    );
    assert!(created.contains("read:page:confluence") && !created.contains("s3cr3t-canary"), "{created}");
    let listed = call(at(&["connection", "list"]));
    assert!(listed.contains("confluence") && listed.contains("ready"), "{listed}");
}

#[test]
fn n2_an_origin_is_named_once_and_used_by_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "s3cr3t-canary\n").unwrap();
    let call = |words: &[&str]| {
        run(&[&[words[0], "--data-dir", data.to_str().unwrap()], &words[1..]].concat()).unwrap()
    };
    let said = |output: &std::process::Output| {
        String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
    };
    let create = ["create", "--client-id", "abc", "--client-secret-file", secret.to_str().unwrap()];
    let created = call(&[&["connection", "--base-url", "https://headwater.example"], &create[..]].concat());
    assert!(created.status.success(), "{}", said(&created));
    let listed = said(&call(&["connection", "list"]));
    assert!(listed.contains("https://headwater.example/sso/v1/oauth/conn_"), "{listed}");

    let refused = call(&["connection", "--base-url", "https://other.example", "list"]);
    let words = said(&refused);
    assert!(!refused.status.success(), "{words}");
    for expected in ["https://headwater.example", "https://other.example", "headwater adopt --base-url"] {
        assert!(words.contains(expected), "{expected} is missing in {words}");
    }
    let doctor = said(&call(&["doctor", "--base-url", "https://other.example"]));
    assert!(
        doctor.contains("WRONG no token is refreshed: the database belongs to another base_url"),
        "{doctor}"
    );
    assert!(said(&call(&["adopt"])).contains("the one of https://headwater.example"));
    assert!(
        said(&call(&["doctor"])).contains("ok    end users reach headwater at https://headwater.example")
    );

    assert!(call(&["adopt", "--base-url", "https://other.example"]).status.success());
    let listed = said(&call(&["connection", "list"]));
    assert!(listed.contains("https://other.example/sso/v1/oauth/conn_"), "{listed}");
}

#[test]
fn tools_are_shown_without_a_server() {
    let listed = succeed(&["tools", "list"]).unwrap();
    assert!(listed.lines().count() >= 14 && listed.contains("confluence_page_create"), "{listed}");
    let shown = succeed(&["tools", "show", "confluence_page_update"]).unwrap();
    for expected in ["PUT /wiki/api/v2/pages/{id}", "write:page:confluence", "version_number", "required"] {
        assert!(shown.contains(expected), "{expected} is missing in:\n{shown}");
    }
    let refused = run(&["tools", "show", "confluence_list"]).unwrap();
    assert!(!refused.status.success());
}

#[test]
fn tool_files_are_checked_before_a_server_meets_them() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("tools");
    std::fs::create_dir(&folder).unwrap();
    let check = ["tools", "--data-dir", directory.path().to_str().unwrap(), "check"];
    let tool = "[[tool]]\nname = \"wiki_drafts_list\"\ntitle = \"List drafts\"\n\
        description = \"Lists pages that are still drafts.\"\nrequest = \"GET /wiki/api/v2/pages\"\n\
        scopes = { granular = [\"read:page:confluence\"] }\n\
        hints = { read_only = true, destructive = false, idempotent = true, open_world = true }\n";
    std::fs::write(folder.join("drafts.toml"), tool).unwrap();
    assert!(succeed(&check).unwrap().contains("1 tools of your own can be used"));
    std::fs::write(folder.join("wrong.toml"), tool.replace("GET", "GRAB")).unwrap();
    let output = run(&check).unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("wrong.toml:5: tool `wiki_drafts_list`: "), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 tools of your own"), "the good file is used");
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let output = run(&["doctor", "--data-dir", data.to_str().unwrap()]).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    assert!(said.contains("there is no API client") && said.contains("there is no connection"), "{said}");
}

#[test]
fn d9_a_role_that_there_is_not_is_refused() {
    let output = run(&["client", "create", "--role", "admin"]).unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("use, read, manage and credentials"), "{said}");
}

#[test]
fn a_wrong_setting_is_named() {
    let output = run(&["serve", "--base-url", "ftp://x"]).unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("base_url"));
}

#[test]
fn an_operator_changes_the_key_and_everything_still_opens() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let call = |words: &[&str]| {
        let mut arguments = vec![words[0], "--data-dir", data.to_str().unwrap()];
        arguments.extend(&words[1..]);
        run(&arguments).unwrap()
    };
    let text = |words: &[&str]| {
        let output = call(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(text(&["client", "create", "--name", "my agent"]).contains("SCALEKIT_CLIENT_SECRET="));
    let first = text(&["key", "list"]);
    let first = first.split_whitespace().next().unwrap();
    assert_eq!(text(&["key", "add"]), format!("k2  opens\n{first}  seals and opens\n"));
    assert_eq!(text(&["key", "activate", "k2"]), format!("{first}  opens\nk2  seals and opens\n"));
    assert!(text(&["client", "list"]).contains("my agent"), "what the first key sealed is still opened");
    assert!(!call(&["key", "activate", "k9"]).status.success());

    let secret = directory.path().join("secret");
    std::fs::write(&secret, "app-secret").unwrap();
    let create = ["connection", "create", "--client-id", "a", "--client-secret-file"];
    text(&[&create[..], &[secret.to_str().unwrap()]].concat());
    text(&["key", "add"]);
    text(&["key", "activate", "k3"]);
    let refused = call(&["key", "remove", "k2"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("key rewrap"),
        "a connection is sealed with it: {said}"
    );
    assert_eq!(text(&["key", "rewrap"]), "1 of 1 secrets were sealed anew\n");
    text(&["key", "remove", "k2"]);
    assert_eq!(text(&["key", "remove", first]), "k3  seals and opens\n");
    assert_eq!(text(&["key", "list"]), "k3  seals and opens, 2 stored secrets are sealed with it\n");

    let file = data.join("key-encryption.key");
    let right = std::fs::read_to_string(&file).unwrap();
    for wrong in ["k3", "k1"] {
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        std::fs::write(&file, format!("headwater-key-v1\n{wrong} {key}\n")).unwrap();
        let refused = call(&["client", "list"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("k3") && said.contains(wrong), "{said}");
    }
    std::fs::write(&file, right).unwrap();
    assert!(text(&["client", "list"]).contains("my agent"));
}

#[test]
fn the_schema_is_brought_up_to_date_by_a_command_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let arguments = ["migrate", "--data-dir", data.to_str().unwrap()];
    for _ in 0..2 {
        assert_eq!(succeed(&arguments).unwrap(), "the schema is up to date\n");
    }
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(
        files.iter().any(|it| it == "headwater.db") && !files.iter().any(|it| it == "key-encryption.key")
    );
}
