// Envelope: the header of every message, and Message: a header with its body. The wire form is described in
// docs/sdk/messages.md.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"

namespace fleetd::bus {

enum class Kind : std::uint8_t {
  event = 1,    // may be lost
  request = 2,  // wants exactly one reply or error
  reply = 3,
  error = 4,
  hello = 5,   // a peer tells who it is; its body is its manifest
  bye = 6,     // the other side ends
  cancel = 7,  // the request of that correlation is pointless now
};

struct Envelope {
  Kind kind = Kind::event;
  std::uint64_t correlation = 0;  // chosen by the requester, joins reply and request; 0 for events
  std::uint64_t epoch = 0;        // the run it belongs to
  std::uint32_t timeoutMs = 0;    // relative, because clocks do not travel; 0 = none
  std::string topic;              // "fleet.contribute/1"
  std::string sender;             // as claimed; receivers replace it by what the handshake told
  std::uint64_t seq = 0;          // counts up for each sender
  std::string trace;              // 16 bytes or none; joins logs

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

struct Message {
  Envelope header;
  std::string body;  // one msgpack document; not yet looked at
};

std::string encode(const Envelope& envelope);
// Errors: FL0310, FL0311; an unknown version or kind is malformed.
Result<Envelope> decode(std::string_view bytes);

}  // namespace fleetd::bus
