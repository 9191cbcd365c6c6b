// HealthCheck: something that must hold of a host before its new system is kept.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::deploy {

struct HealthCheck {
  enum class Kind : std::uint8_t { Command, Unit, Port, Http };
  enum class Where : std::uint8_t { Host, Here };

  Kind kind = Kind::Command;
  Where where = Where::Host;
  bool placed = false;  // somebody said where
  std::string text;     // command, unit, "[address:]port" or URL
  std::string shown;    // as it was written
};

// "[host:|here:](unit:NAME | port:[ADDRESS:]PORT | http[s]://… | COMMAND)". Units and commands are looked at on the
// host, ports and URLs from here, unless the prefix says otherwise. Error FL0847.
Result<HealthCheck> parseHealthCheck(std::string_view text);

// The check as a command for a shell on the host; ends with 0 when it holds. Units, ports and URLs may take some
// seconds to come up.
std::string hostCommand(const HealthCheck& check, std::string_view klass);
// All of them, for a host that looks at itself; empty without any.
std::string hostCommands(const std::vector<HealthCheck>& checks, std::string_view klass);

// Looks from here. `name` is the host's in the fleet, `address` what a connection is made to: "%h" in the text. Why it
// does not hold, or nothing.
std::optional<std::string> checkFromHere(const HealthCheck& check, const std::string& name, const std::string& address);

}  // namespace fleetd::deploy
