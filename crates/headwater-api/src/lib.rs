//! The wire contract: gRPC, REST, tokens, proxy.
