//! The binary as a user runs it.

mod exit_codes;
mod explain;
mod frozen;
mod job;
mod output;
mod privacy;
mod report;
mod shop;
mod state;

/// A log that is fine: three customers, two of them with several orders.
pub(crate) const LOG: &str = "customer,date,order,amount\n\
    ann,2024-01-05,1,50.00\n\
    ann,2024-02-20,2,70.00\n\
    ann,2024-03-20,3,30.25\n\
    bob,2024-01-05,4,20.00\n\
    bob,2024-03-01,5,-5.00\n\
    cid,2024-02-28,6,9.99\n";
