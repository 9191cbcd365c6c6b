// What the host of a controller prints, and the answers inside: nothing but results and errors, and what is believed
// keeps its word.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernel/deploy/zerotier_drift.hpp"

namespace {

using namespace fleetd::deploy;

void require(bool holds) {
  if (!holds) std::abort();
}

void readAll(std::string_view text) {
  const auto json = zerotier::readAnswer(text);
  if (!json) return;
  static_cast<void>(zerotier::readStatus(*json));
  static_cast<void>(zerotier::readMemberIds(*json));
  static_cast<void>(zerotier::readPeers(*json));
  zerotier::Actual actual;
  actual.network = *json;
  if (const auto one = zerotier::readMember(*json, "")) actual.members.push_back(*one);
  if (auto many = zerotier::readMembers(*json)) {
    for (const auto& member : *many) require(zerotier::isNodeId(member.id));
    actual.members = *std::move(many);
  }
  Overlay overlay;
  overlay.id = "886de5fd8e7b6a9a";
  overlay.record = *json;
  overlay.members = {{"accf468219", "silo", true, {"fd00::1"}, {"10.0.0.9"}}};
  for (const auto& member : zerotier::compare(overlay, actual))
    require(static_cast<bool>(zerotier::readAnswer(zerotier::authorization(member))));
  require(zerotier::compareNetwork(overlay, actual.network).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    readAll(text);
  } else if (const auto said = zerotier::readSaid(text, data[0] / 2 % 8)) {
    require(said->answers.size() == data[0] / 2 % 8U);
    for (const auto& answer : said->answers) readAll(answer.body);
  }
  return 0;
}
