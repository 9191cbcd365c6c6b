// `fleetd secrets`: people, machines, groups and secrets as clan keeps them in sops/.
#pragma once
#include <fleet/cxx/result.hpp>
#include <fleet/cxx/value.hpp>

namespace fleetd::vars {

// request := { verb: "secrets", fleet, noun, action, words, … }. The answer has `data`, and for people `titles` and
// `rows` or a `text`; `lines`, `problems` and `commits` as those of other verbs.
// What is written is one transaction; the caller holds the lock then.
fleet::Result<fleet::Value> runSecrets(const fleet::Value& request);
// Whether a request writes.
bool secretsWrite(const fleet::Value& request);

}  // namespace fleetd::vars
