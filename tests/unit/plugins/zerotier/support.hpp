// An identity that the official tool made and nobody uses, with what it computes from it; random bytes that are the
// same every time.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "plugins/common/zerotier/identity.hpp"

namespace fleetd::zerotier {

inline constexpr std::string_view kPublic =
    "a60eb79636:0:8a02ab43393f4cd4500e84231fd7e6e21e7edc2f0a47cc86678cf3fb28312b645e4534df1aca57fc2c832e08b7e16f9feb101f"
    "821c9a21ee36b41ad373e08b33";
inline constexpr std::string_view kSecretHalf =
    "02af390578496ce38a17fc2eda8dbf3e155dfb47ff582ac2a566c98c9bd93acbad1bab0f8fc3cbb0dd40c6dba29623af0c5366fae8e7c7e3ee17"
    "b832e74c5c78";
inline constexpr std::string_view kDigest =
    "0c841d22a6a3a3242062aaf7b08e328590b1b3f8f0eb1734a2150a6df00c6002d0e4217b77065f796867a39e4fbc8c0c506d73aaf2d65f42c6b1"
    "51a60eb79636";
inline constexpr std::string_view kSigned =  // "fleetd"
    "a833a806dbbf767498251bb679b5828405aadaf2a746c4d50c6e713ee7baa8fcfcc3c3a94572fae88464656042995fb91eb02f151ba93ebad0bf"
    "50cad83bf80a2ec13b58e9e96d70a46b386ba65b3ec9b7b5bc20dc52c8b0a251ba24e8ebd352";

inline std::string knownText() { return std::string(kPublic) + ":" + std::string(kSecretHalf); }
inline Identity known() { return *parseIdentity(knownText()); }
inline View bytesOf(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string hexOf(View bytes) {
  std::string out;
  addHex(out, bytes);
  return out;
}

class CountingRandom final : public Random {
 public:
  explicit CountingRandom(unsigned first = 0) : next_(first) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next_++ * 37 + 11);
  }

 private:
  unsigned next_;
};

}  // namespace fleetd::zerotier
