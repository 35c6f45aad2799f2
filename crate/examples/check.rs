//! Reads the files named on the command line and prints what is wrong and what to change:
//! `cargo run --example check -- cloud-config.yaml fleet.log`

use std::process::ExitCode;

use timing_advisor::{Assumptions, Session};

fn main() -> ExitCode {
    let mut session = Session::new(Assumptions::default());
    for path in std::env::args().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => {
                let document = session.open(Some(path));
                session.push(document, &bytes);
            }
            Err(error) => {
                eprintln!("{path} cannot be read: {error}");
                return ExitCode::from(2);
            }
        }
    }
    let report = session.finish();
    println!("{}", report.verdict.headline);
    for finding in &report.findings {
        println!("\n{}: {}\n  {}\n  {}", finding.id, finding.title, finding.what, finding.what_to_do);
    }
    for row in &report.recommendations {
        println!("\n{}: {} -> {}\n  {}", row.parameter, row.current.text, row.proposed_text, row.cost);
    }
    ExitCode::SUCCESS
}
