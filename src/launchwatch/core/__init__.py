"""What numbers mean: epochs, frames, geodesy, Gaussians, seeded draws. No I/O, no state, no clock."""
