// Text helpers, excerpts, encodings and hashes on arbitrary bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernel/base/encoding.hpp"
#include "kernel/base/excerpt.hpp"
#include "kernel/base/hash.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const std::string clean = sanitize(text);
  require(!invalidUtf8At(clean) && clean.find('\x1b') == std::string::npos);
  std::string json;
  appendJsonString(json, text);
  require(!invalidUtf8At(json));

  const std::size_t half = size / 2;
  const Excerpt excerpt = makeExcerpt(text, half, half + size % 7, 20 + size % 100);
  require(displayWidth(excerpt.text) <= 20 + size % 100 && excerpt.columns >= 1);
  require(!invalidUtf8At(excerpt.text));

  if (const auto bytes = fromBase64(text)) require(toBase64(*bytes) == text);
  if (const auto bytes = fromNix32(text)) require(toNix32(*bytes) == text);
  if (const auto bytes = fromBase16(text)) require(toBase16(*bytes) == toLower(text));
  if (const auto hash = parseHash(text)) {
    const auto again = parseHash(formatHash(*hash, HashFormat::Sri));
    require(again && again->bytes == hash->bytes);
  }

  const std::string_view a = text.substr(0, half).substr(0, 64);
  const std::string_view b = text.substr(half).substr(0, 64);
  const std::size_t distance = editDistance(a, b);
  require(distance == editDistance(b, a) && distance <= std::max(a.size(), b.size()));
  require((editDistance(a, b, 3) > 3) == (distance > 3));
  return 0;
}
