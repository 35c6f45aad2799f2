//! What tests draw lots with.

/// The same numbers on every machine.
pub fn dice(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    ((*state >> 33) as usize) % below.max(1)
}
