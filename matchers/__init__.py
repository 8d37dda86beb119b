"""Pure identity matching: frames in, frames out; no files, no clock, no environment."""
