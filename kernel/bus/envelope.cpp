// The header's wire form: an array of nine fields in fixed order.
#include "kernel/bus/envelope.hpp"

#include <fleet/cxx/unpack.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {

namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint32_t kFields = 9;
constexpr std::size_t kTraceBytes = 16;

using ::fleet::malformed;
using ::fleet::overLimit;

::fleet::Result<std::string> boundedText(::fleet::Reader& in, std::size_t most) {
  FLEET_TRY_ASSIGN(const auto text, in.str());
  if (text.size() > most) return overLimit("a name in the header is too long");
  return std::string(text);
}

::fleet::Result<Envelope> read(std::string_view bytes) {
  ::fleet::Reader in(bytes);
  FLEET_TRY_ASSIGN(const auto fields, in.array());
  if (fields != kFields) return malformed("a header has nine fields");
  FLEET_TRY_ASSIGN(const auto version, in.natural());
  if (version != kVersion) return malformed("an unknown version of the header");
  Envelope out;
  FLEET_TRY_ASSIGN(const auto kind, in.natural());
  if (kind < 1 || kind > static_cast<std::uint64_t>(Kind::cancel)) return malformed("an unknown kind of message");
  out.kind = static_cast<Kind>(kind);
  FLEET_TRY_ASSIGN(out.correlation, in.natural());
  FLEET_TRY_ASSIGN(out.epoch, in.natural());
  FLEET_TRY_ASSIGN(const auto timeout, in.natural());
  if (timeout > kMaxTimeoutMs) return overLimit("a timeout of more than ten minutes");
  out.timeoutMs = static_cast<std::uint32_t>(timeout);
  FLEET_TRY_ASSIGN(out.topic, boundedText(in, FLEET_MAX_TOPIC));
  FLEET_TRY_ASSIGN(out.sender, boundedText(in, FLEET_MAX_ID));
  FLEET_TRY_ASSIGN(out.seq, in.natural());
  if (in.next() == ::fleet::Kind::nil) {
    FLEET_TRY(in.nil());
  } else {
    FLEET_TRY_ASSIGN(out.trace, in.bin());
    if (out.trace.size() != kTraceBytes) return malformed("a trace has 16 bytes");
  }
  if (!in.done()) return malformed("bytes after the end of the header");
  return out;
}

}  // namespace

std::string encode(const Envelope& envelope) {
  ::fleet::Packer out;
  out.array(kFields);
  out.natural(kVersion);
  out.natural(static_cast<std::uint64_t>(envelope.kind));
  out.natural(envelope.correlation);
  out.natural(envelope.epoch);
  out.natural(envelope.timeoutMs);
  out.str(envelope.topic);
  out.str(envelope.sender);
  out.natural(envelope.seq);
  envelope.trace.empty() ? out.nil() : out.bin(envelope.trace);
  return out.take();
}

Result<Envelope> decode(std::string_view bytes) {
  if (bytes.size() > kMaxHeaderBytes) return fail(Code::FL0311, "the header of a message is too long");
  auto out = read(bytes);
  if (!out) return fromReader(out.error(), "the header of a message");
  return *std::move(out);
}

}  // namespace fleetd::bus
