//! Tests of the data directory on a real file system.

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn it_is_created_for_its_owner_only() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(&parent.path().join("new/data")).unwrap();
    assert_eq!(mode(data_dir.path()), 0o700);
    assert!(data_dir.path().is_absolute());
}

#[test]
fn two_servers_cannot_share_it() {
    let parent = tempfile::tempdir().unwrap();
    let first = DataDir::open(parent.path()).unwrap();
    let second = DataDir::open(parent.path());
    let message = second.unwrap_err().to_string();
    assert!(
        message.contains("in use by another headwater") && message.contains("HEADWATER_DATA_DIR"),
        "{message}"
    );
    drop(first);
    DataDir::open(parent.path()).unwrap();
}

#[test]
fn a_file_is_no_data_directory() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("file");
    fs::write(&path, "x").unwrap();
    let message = DataDir::open(&path).unwrap_err().to_string();
    assert!(message.contains("as the data directory") && message.contains("file"), "{message}");
}

#[test]
fn a1_secrets_are_written_for_their_owner_only_and_replaced_whole() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(parent.path()).unwrap();
    assert!(data_dir.read("keys/key").unwrap().is_none());
    let path = data_dir.write_secret("keys/key", b"first, longer").unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    data_dir.write_secret("keys/key", b"second").unwrap();
    assert_eq!(&**data_dir.read("keys/key").unwrap().unwrap(), "second");
    let names: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["key"], "no temporary file stays behind");
}

#[test]
fn what_a_crash_left_behind_neither_blocks_nor_leaks() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(parent.path()).unwrap();
    let left_over = data_dir.file("key.new");
    fs::write(&left_over, "half a k").unwrap();
    fs::set_permissions(&left_over, fs::Permissions::from_mode(0o644)).unwrap();
    let path = data_dir.write_secret("key", b"whole key").unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(&**data_dir.read("key").unwrap().unwrap(), "whole key");
}

#[test]
fn a_file_that_is_no_text_is_an_error_and_not_an_absence() {
    let parent = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(parent.path()).unwrap();
    data_dir.write_public("key", &[0xff, 0xfe]).unwrap();
    assert!(matches!(data_dir.read("key"), Err(DataDirError::Read { .. })));
    assert_eq!(mode(&data_dir.file("key")), 0o644);
}
