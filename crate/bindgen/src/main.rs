//! Build tool: turns the compiled engine into a module that a browser and Node can load.
//!
//! The same work as the `wasm-bindgen` command, as a member of this workspace: pinned by
//! Cargo.lock to the version the engine is compiled with, and a sixth of the build time.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, out_dir] = arguments.as_slice() else {
        eprintln!("usage: timing-advisor-bindgen ENGINE.wasm OUT_DIR");
        return ExitCode::from(2);
    };
    match write_module(wasm, out_dir) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn write_module(wasm: &str, out_dir: &str) -> Result<(), String> {
    let run = || {
        Bindgen::new()
            .input_path(wasm)
            .out_name("timing_advisor")
            .web(true)?
            // The wrapper in www/npm brings its own types, and always says where the engine is.
            .typescript(false)
            .omit_default_module_path(true)
            // Names of functions are a third of the engine, and only a debugger reads them.
            .remove_name_section(true)
            .remove_producers_section(true)
            // How the wrapper starts a new instance after a panic.
            .reset_state_function(true)
            .generate(out_dir)
    };
    run().map_err(|error| format!("cannot make the JavaScript side of {wasm}: {error:#}"))
}
