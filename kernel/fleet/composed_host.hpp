// ComposedHost: the configuration of one host, and the questions commands ask of it.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/result.hpp"
#include "kernel/fleet/host.hpp"

namespace fleetd::fleet {

// What a walk over a host's configuration counted.
struct Counts {
  std::size_t options = 0;      // leaves with a value the fleet defines, or of options the fleet declares
  std::size_t definitions = 0;  // definitions of them that the fleet makes
  std::size_t known = 0;        // leaves whose value is known
  std::size_t assumed = 0;      // leaves whose value rests on what a platform's options are assumed to be
  std::size_t unknown = 0;      // leaves whose value, or a part of it, is left to Nix
  std::size_t opaque = 0;       // imported modules that could not be read
  std::size_t problems = 0;     // findings of severity error
};

struct ExplainedDefinition {
  std::string file;          // as Nix names it; may be "<unknown-file>"
  Span place;                // of the attribute name, or nowhere
  long long priority = 100;  // 1500 default, 1000 mkDefault, 100 plain, 50 mkForce
  long long order = 1000;
  std::string value;      // short text
  std::string condition;  // text of a condition that is not known, else empty
  bool winner = false;
  std::string why;  // why it lost: "priority 1000 is weaker than 100", "its condition is false", or empty
};

// Everything `fleetd explain HOST PATH` prints.
struct Explanation {
  std::string path;
  std::string type;  // "boolean"; empty when no declaration is known
  std::string description;
  std::string defaultText;  // empty without a default
  std::vector<std::string> declaredIn;
  std::string knowledge;  // "known", "assumed", "unknown", "undefined"
  std::string value;      // pretty text, may hold newlines
  std::vector<ExplainedDefinition> definitions;
  std::vector<std::string> references;  // option paths the value was computed from, sorted
  std::vector<std::string> unknownParts;
};

class ComposedHost {
 public:
  virtual ~ComposedHost() = default;
  virtual const Host& host() const = 0;
  virtual const Counts& counts() const = 0;
  // The configuration below `path` ("" for all) as JSON; unknown values print as {"$expr": …, "$at": …}. With
  // `defaults`, options nobody in the fleet defines are printed too. Error FL0420 when nothing is there, with
  // suggestions.
  virtual Result<void> writeJson(base::JsonWriter& out, const std::string& path, bool defaults) = 0;
  // The same as text for people, one leaf a line: `services.openssh.enable = true`, marks for assumed and unknown.
  virtual Result<std::string> text(const std::string& path, bool defaults) = 0;
  virtual Result<Explanation> explain(const std::string& path) = 0;
  // Names of the homes inside (home-manager.users), sorted.
  virtual std::vector<std::string> homes() = 0;
};

}  // namespace fleetd::fleet
