//! The browser's edge: JSON in, JSON out. No thinking happens here.
//!
//! A panic ends the WebAssembly instance. `www/npm/timing-advisor.js` then says so in a sentence
//! and starts a new one for the next analysis.

// The code that `#[wasm_bindgen]` writes is `unsafe`; none is written by hand.
#![allow(unsafe_code)]

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::input::Input;

/// Runs when the engine is loaded: from here on a panic names its place on the console.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Reads documents and answers with a report; both are JSON.
#[wasm_bindgen]
pub fn analyze(input: &str) -> Result<String, JsError> {
    let input = serde_json::from_str::<Input>(input).map_err(unreadable)?;
    to_json(&crate::analyze(&input))
}

/// An analysis fed in pieces, for files too large to hold.
#[wasm_bindgen]
pub struct Session(crate::Session);

#[wasm_bindgen]
impl Session {
    /// Starts one. `options` is an input without documents: what the user states of the cluster.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Session, JsError> {
        let input = serde_json::from_str::<Input>(options).map_err(unreadable)?;
        Ok(Session(crate::Session::new(input.assumptions)))
    }

    /// Adds a document and tells its number.
    pub fn open(&mut self, name: Option<String>) -> usize {
        self.0.open(name)
    }

    /// Feeds the next bytes of a document.
    pub fn push(&mut self, document: usize, bytes: &[u8]) {
        self.0.push(document, bytes);
    }

    /// How much was read so far, as JSON.
    pub fn counts(&self) -> Result<String, JsError> {
        to_json(&self.0.counts())
    }

    /// Ends the session and answers with its report.
    pub fn finish(self) -> Result<String, JsError> {
        to_json(&self.0.finish())
    }
}

fn to_json(answer: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(answer).map_err(|error| JsError::new(&format!("the answer cannot be written: {error}")))
}

fn unreadable(error: serde_json::Error) -> JsError {
    JsError::new(&format!("the input has not the expected form: {error}"))
}
