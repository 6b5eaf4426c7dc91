//! What must hold of every report: words in both languages, numbers that can be traced, ids that do no harm, and privacy.

mod charts;
mod fixture;
mod hostile;
mod numbers_traced;
mod privacy;
mod words;
