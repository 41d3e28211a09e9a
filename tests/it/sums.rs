//! Checksums and histograms, judged by Python.

mod engine;
mod fake;

use std::fmt::Write as _;
use std::process::Command;

use mapscope::bytes::digest::{Sum, SumKind};
use mapscope::bytes::histogram::Histogram;
use proptest::prelude::*;

const ORACLE: &str = "
import sys, zlib, hashlib, collections, math
for line in open(sys.argv[1]):
    b = bytes.fromhex(line)
    print('%08x' % zlib.crc32(b), *(hashlib.new(n, b).hexdigest() for n in ('md5', 'sha1', 'sha256')))
    n = collections.Counter(b)
    print(repr(-math.fsum(c / len(b) * math.log2(c / len(b)) for c in n.values()) if b else 0.0))
";

fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        proptest::collection::vec(0..3_u8, 0..300),
    ];
    proptest::collection::vec(piece, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn they_are_what_python_says_however_the_bytes_come(pieces in pieces()) {
        let all = pieces.concat();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hex");
        let mut hex = String::new();
        for byte in &all {
            write!(hex, "{byte:02x}").unwrap();
        }
        std::fs::write(&path, hex + "\n").unwrap();
        let output = Command::new("python3").args(["-c", ORACLE]).arg(&path).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let mut lines = said.lines();
        let own: Vec<String> = SumKind::ALL
            .into_iter()
            .map(|kind| {
                let mut sum = Sum::new(kind);
                for piece in &pieces {
                    sum.add(piece);
                }
                sum.digits()
            })
            .collect();
        prop_assert_eq!(lines.next().unwrap(), own.join(" "));
        let mut histogram = Histogram::default();
        for piece in &pieces {
            histogram.add(piece);
        }
        let entropy: f64 = lines.next().unwrap().parse().unwrap();
        prop_assert!((histogram.entropy() - entropy).abs() < 1e-9, "{} {entropy}", histogram.entropy());
        for (value, count) in histogram.counts().iter().enumerate() {
            prop_assert_eq!(*count, all.iter().filter(|byte| usize::from(**byte) == value).count() as u64);
        }
    }
}

#[test]
fn zeros_are_counted_without_being_there() {
    let (mut by_count, mut by_bytes) = (Histogram::default(), Histogram::default());
    by_count.add_zeros(1000);
    by_count.add(b"ab");
    by_bytes.add(&[0; 1000]);
    by_bytes.add(b"ab");
    assert_eq!(by_count, by_bytes);
    assert_eq!(Histogram::default().entropy().to_bits(), 0.0_f64.to_bits());
}
