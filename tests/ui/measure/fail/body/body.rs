//! Mistakes in the body and in the signature are reported where they are.

use ppc::measure;

#[measure]
fn wrong() -> Result<u32, String> {
    "five"
}

#[measure]
async fn wrong_async() -> u32 {
    "five"
}

#[measure]
fn undefined() -> u32 {
    missing
}

struct Job;

#[measure]
impl Job {
    fn run(&self) -> u32 {
        self.missing
    }
}

fn main() {
    let _ = wrong();
    drop(wrong_async());
    undefined();
    Job.run();
}
