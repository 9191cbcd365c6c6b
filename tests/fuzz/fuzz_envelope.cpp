// Any bytes as the header of a message, and as the bodies that travel with one: what is read is written and read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kernel/bus/envelope.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/limits.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/messages.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

void asHeader(std::string_view bytes) {
  const auto header = bus::decode(bytes);
  if (!header) return require(!header.error().message.empty());
  require(bytes.size() <= bus::kMaxHeaderBytes);
  require(header->timeoutMs <= bus::kMaxTimeoutMs);
  const auto written = bus::encode(*header);
  const auto again = bus::decode(written);
  require(again && *again == *header && bus::encode(*again) == written);
}

void asDocuments(std::string_view bytes) {
  const auto documents = plugin::parseDocuments(bytes);
  if (!documents) return;
  std::vector<std::string> copies;
  for (const auto document : *documents) {
    require(document.empty() ||
            (document.data() >= bytes.data() && document.data() + document.size() <= bytes.data() + bytes.size()));
    copies.emplace_back(document);
  }
  const auto written = plugin::packDocuments(copies);
  const auto again = plugin::parseDocuments(written);
  require(again.ok() && again->size() == copies.size());
}

void asAnswers(std::string_view bytes) {
  const auto answers = plugin::parseAnswers(bytes);
  if (!answers) return require(!answers.error().message.empty());
  const auto written = plugin::packAnswers(*answers);
  const auto again = plugin::parseAnswers(written);
  require(again && again->size() == answers->size() && plugin::packAnswers(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  asHeader(bytes);
  if (const auto stats = bus::prescan(bytes)) require(stats->nodes > 0 && stats->depth <= bus::ScanLimits{}.depth);
  asDocuments(bytes);
  asAnswers(bytes);
  const auto error = bus::parseError(bytes);
  require(error.status < 0);
  const auto written = bus::packError(error);
  require(bus::packError(bus::parseError(written)) == written);
  return 0;
}
