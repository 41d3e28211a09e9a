//! What the JSON of a run holds as data.

use mapscope::peer::calls::{Call, FileAccess};

use super::*;

#[test]
fn the_path_of_an_open_is_a_plain_string() {
    let output = Lab::new(&["null-device-enodev", "--json"]).output();
    let report = json(&output);
    let steps = report["experiments"][0]["steps"].as_array().unwrap();
    let paths: Vec<&Value> = steps
        .iter()
        .map(|step| &step["doing"]["call"]["path"])
        .filter(|path| !path.is_null())
        .collect();
    assert_eq!(paths, ["/dev/null"]);
}

#[test]
fn every_path_comes_back_as_it_was() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    for path in [
        &b"f"[..],
        b"",
        b"/a b/\xc3\xa9",
        b"\xff\xfe",
        b"{\"Unix\":[1]}",
    ] {
        let path = OsString::from_vec(path.to_vec());
        let call = Call::Open {
            file: "f".to_owned(),
            path,
            access: FileAccess::Read,
        };
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call, "{text}");
    }
}
