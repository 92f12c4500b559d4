//! What all connections of a server share.

use std::sync::Arc;

use super::credentials::Credentials;
use super::limits::Limits;
use super::progress::Progress;
use super::tls::Tls;
use crate::expose::service::MetricsService;

pub(super) struct Serving {
    pub(super) service: MetricsService,
    pub(super) credentials: Option<Credentials>,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
    pub(super) progress: Arc<Progress>,
}
