// Image: the file of a shared library, looked at before anything of it is loaded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::plugin {

enum class ImageFormat : std::uint8_t { Elf, MachO };

struct ImageHeader {
  ImageFormat format = ImageFormat::Elf;
  std::string machine;  // "x86_64", "aarch64" or a number
  friend bool operator==(const ImageHeader&, const ImageHeader&) = default;
};

struct Image {
  ImageHeader header;
  std::vector<std::string> exports;  // what it defines for others, sorted; without the `_` of Mach-O
  bool symbolsReadable = false;      // false: there is no table of symbols to read
};

// Every offset is checked against the file. Error FL0338 for what is no shared library, is cut off or contradicts
// itself.
Result<Image> readImage(std::string_view bytes);

// What kind of program or library begins with these bytes: for comparing with this program's own file.
std::optional<ImageHeader> imageHeader(std::string_view bytes);

}  // namespace fleetd::plugin
