// The header of an age file: one stanza for each recipient, then a MAC over it all.
#pragma once
#include <string>
#include <vector>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::age {

struct Stanza {
  std::vector<std::string> args;  // the first is the type
  Bytes body;
};

struct Header {
  std::vector<Stanza> stanzas;
  Key mac{};
  std::string_view covered;  // what the MAC covers; points into the text that was parsed
  std::size_t size = 0;      // bytes of the header in the text
};

inline constexpr std::size_t kFileKey = 16;         // bytes
inline constexpr std::size_t kMaxHeader = 1 << 20;  // bytes
inline constexpr std::size_t kMaxStanzas = 4096;

// A stanza as text: its words, then its body in lines of 64 columns, the last of them shorter.
void appendStanza(std::string& out, const Stanza& stanza);
// Takes a stanza apart line by line, without their ends.
class StanzaReader {
 public:
  // Errors: AGE01.
  fleet::Result<void> take(std::string_view line);
  bool done() const { return done_; }
  Stanza& stanza() { return stanza_; }

 private:
  Stanza stanza_;
  bool begun_ = false, done_ = false;
};

// The text with its MAC. `fileKey` has kFileKey bytes.
std::string writeHeader(const std::vector<Stanza>& stanzas, View fileKey);
// Strict: canonical base64, lines of 64 columns, at least one stanza. Errors: AGE01.
fleet::Result<Header> parseHeader(std::string_view file);
// Whether the MAC is the one of this file key.
bool isGenuine(const Header& header, View fileKey);

}  // namespace fleetd::vars::age
