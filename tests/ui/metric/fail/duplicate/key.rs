//! A key given twice.

ppc::metric! {
    static JOBS: Counter { name: "jobs", eager, name: "runs", eager }
}

fn main() {}
