// The bodies of requests to a plugin host and of its replies, described in docs/sdk/messages.md.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/plugin/host_api.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

namespace topic {
inline constexpr const char* kSchema = "fleet.schema/1";
inline constexpr const char* kRules = "fleet.rules/1";
inline constexpr const char* kFleet = "fleet.fleet/1";
inline constexpr const char* kExports = "fleet.exports/1";
inline constexpr const char* kContribute = "fleet.contribute/1";
inline constexpr const char* kCheck = "fleet.check/1";
inline constexpr const char* kRender = "fleet.render/1";
inline constexpr const char* kRequest = "fleet.request/1";
inline constexpr const char* kResolve = "fleet.resolve/1";
inline constexpr const char* kFacts = "fleet.facts/1";
// To a plugin host, three documents each: topic, sender, body of a message of the plugin's own topics; and number, "ok"
// or "error", body of the answer to what it asked.
inline constexpr const char* kEvent = "fleet.event/1";
inline constexpr const char* kMessage = "fleet.message/1";
inline constexpr const char* kAnswer = "fleet.answer/1";
// From a plugin host: topic, body; and number, target, topic, timeout, body.
inline constexpr const char* kPublish = "fleet.publish/1";
inline constexpr const char* kAsk = "fleet.ask/1";
// Inside of fleetd: a line a plugin logs, a digit for the level before it.
inline constexpr const char* kLog = "fleet.log/1";
}  // namespace topic

// What one call of a plugin gave: a document (or nothing, for calls without one) or an error, and what it
// reported meanwhile.
struct Answer {
  sdk::Result<std::string> document;
  std::vector<Finding> findings;
};

// A request carries any number of documents, and gets one answer for each; one answer when it carries none.
std::string packDocuments(const std::vector<std::string>& documents);
sdk::Result<std::vector<std::string_view>> parseDocuments(std::string_view body);

std::string packAnswers(const std::vector<Answer>& answers);
// Bounded: looked over before it is decoded. Errors: FL0310, FL0311.
Result<std::vector<Answer>> parseAnswers(std::string_view body);

}  // namespace fleetd::plugin
