//! The browser's edge: texts and numbers in, JSON out. No thinking happens here.
//!
//! A panic ends the WebAssembly instance. `www/npm/timing-advisor.js` then says so in a sentence
//! and starts a new one for the next analysis.

// The code that `#[wasm_bindgen]` writes is `unsafe`; none is written by hand.
#![allow(unsafe_code)]

use wasm_bindgen::prelude::*;

use crate::gather::Gather;
use crate::input::Assumptions;
use crate::json;

/// Runs when the engine is loaded: from here on a panic names its place on the console.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// The texts of every rule, as JSON.
#[wasm_bindgen]
pub fn rules() -> String {
    json::write(&crate::rules::all().gather())
}

/// What the user states of the cluster, filled in before a session starts.
#[wasm_bindgen]
#[derive(Default)]
pub struct Stated(Assumptions);

#[wasm_bindgen]
impl Stated {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Stated {
        Stated::default()
    }

    /// States a number; `false` where that assumption cannot be this number.
    pub fn number(&mut self, name: &str, value: f64) -> bool {
        self.0.state_number(name, value)
    }

    /// States a text; `false` where that assumption is no text.
    pub fn text(&mut self, name: &str, value: String) -> bool {
        self.0.state_text(name, value)
    }
}

/// An analysis. Its documents are fed whole or in pieces.
#[wasm_bindgen]
pub struct Session(crate::Session);

#[wasm_bindgen]
impl Session {
    /// Starts one.
    #[wasm_bindgen(constructor)]
    pub fn new(stated: Stated) -> Session {
        Session(crate::Session::new(stated.0))
    }

    /// Adds a document and tells its number.
    pub fn open(&mut self, name: Option<String>) -> usize {
        self.0.open(name)
    }

    /// Forgets what was read of a document; it is pushed anew.
    pub fn reopen(&mut self, document: usize, name: Option<String>) {
        self.0.reopen(document, name);
    }

    /// Takes a document out; the others stay as they were read.
    pub fn remove(&mut self, document: usize) {
        self.0.remove(document);
    }

    /// Feeds the next bytes of a document.
    pub fn push(&mut self, document: usize, bytes: &[u8]) {
        self.0.push(document, bytes);
    }

    /// How much was read so far, as JSON.
    pub fn counts(&self) -> String {
        json::write(&self.0.counts())
    }

    /// The report on all that was read so far, as JSON, under what is stated now: nothing is read again.
    pub fn report(&mut self, stated: Stated) -> String {
        self.0.assume(stated.0);
        json::write(&self.0.report())
    }
}
