//! Each call of a peer, against what is seen from outside.

use super::*;
