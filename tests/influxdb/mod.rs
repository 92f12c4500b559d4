//! Against a real `InfluxDB`, which refuses what it cannot read and takes timestamps at their word.

mod matrix;
