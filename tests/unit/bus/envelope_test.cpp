#include "kernel/bus/envelope.hpp"

#include <gtest/gtest.h>

#include <fleet/cxx/pack.hpp>

#include "kernel/bus/limits.hpp"

namespace fleetd::bus {
namespace {

Envelope sample() { return {Kind::request, 7, 3, 1500, "fleet.contribute/1", "kernel", 99, std::string(16, '\x01')}; }

// A header with the fields given as finished msgpack.
std::string header(std::initializer_list<const char*> names) {
  fleet::Packer out;
  out.array(names.size());
  for (const std::string name : names) {
    if (name == "nil")
      out.nil();
    else if (name.starts_with("'"))
      out.str(name.substr(1));
    else if (name.starts_with("#"))
      out.bin(name.substr(1));
    else
      out.natural(std::stoull(name));
  }
  return out.take();
}

TEST(Envelope, SurvivesARoundTrip) {
  const auto decoded = decode(encode(sample()));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, sample());
}

TEST(Envelope, KeepsTheWholeRangeOfNumbers) {
  Envelope out;
  out.correlation = out.epoch = out.seq = ~std::uint64_t{0};
  out.timeoutMs = kMaxTimeoutMs;
  const auto decoded = decode(encode(out));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, out);
}

TEST(Envelope, AcceptsEveryKindAndNoOther) {
  for (int kind = 0; kind < 12; ++kind) {
    const auto decoded = decode(header({"1", std::to_string(kind).c_str(), "0", "0", "0", "'t", "'s", "0", "nil"}));
    EXPECT_EQ(decoded.ok(), kind >= 1 && kind <= 7) << kind;
  }
}

TEST(Envelope, EveryPrefixIsAnError) {
  const auto bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decode(bytes + '\0').ok());
}

struct Bad {
  const char* name;
  std::string bytes;
  Code code;
};

TEST(Envelope, RefusesWhatBreaksARule) {
  const std::string longTopic = "'" + std::string(FLEET_MAX_TOPIC + 1, 't');
  const std::string longSender = "'" + std::string(FLEET_MAX_ID + 1, 's');
  const std::vector<Bad> bads = {
      {"version", header({"2", "2", "0", "0", "0", "'t", "'s", "0", "nil"}), Code::FL0310},
      {"too few fields", header({"1", "2", "0", "0", "0", "'t", "'s", "0"}), Code::FL0310},
      {"too many fields", header({"1", "2", "0", "0", "0", "'t", "'s", "0", "nil", "0"}), Code::FL0310},
      {"text for a number", header({"1", "2", "'0", "0", "0", "'t", "'s", "0", "nil"}), Code::FL0310},
      {"timeout", header({"1", "2", "0", "0", "600001", "'t", "'s", "0", "nil"}), Code::FL0311},
      {"long topic", header({"1", "2", "0", "0", "0", longTopic.c_str(), "'s", "0", "nil"}), Code::FL0311},
      {"long sender", header({"1", "2", "0", "0", "0", "'t", longSender.c_str(), "0", "nil"}), Code::FL0311},
      {"topic that is no UTF-8", header({"1", "2", "0", "0", "0", "'\xff", "'s", "0", "nil"}), Code::FL0310},
      {"short trace", header({"1", "2", "0", "0", "0", "'t", "'s", "0", "#abc"}), Code::FL0310},
      {"a huge header", std::string(kMaxHeaderBytes + 1, 'x'), Code::FL0311},
  };
  for (const auto& bad : bads) {
    const auto decoded = decode(bad.bytes);
    ASSERT_FALSE(decoded.ok()) << bad.name;
    EXPECT_EQ(decoded.error().code, bad.code) << bad.name << ": " << decoded.error().message;
    EXPECT_NE(decoded.error().message.find("header"), std::string::npos) << bad.name;
  }
}

}  // namespace
}  // namespace fleetd::bus
