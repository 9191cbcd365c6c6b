// --out FILE.
#include "kernel/cli/result_file.hpp"

#include "kernel/base/named_file.hpp"
#include "kernel/cli/locate.hpp"

namespace fleetd::cli {

Result<void> writeResult(Context& cx, const std::string& text) {
  const std::string_view file = cx.args.value("--out");
  if (!cx.args.has("--out") || file == "-") {
    cx.out.write(text);
    return {};
  }
  if (file.empty()) return Error{base::Code::FL0903, "--out names no file", "`-` is standard output", {}};
  FLEETD_TRY_ASSIGN(const std::string path, absolutePath(file));
  return base::writeNamed(path, text);
}

}  // namespace fleetd::cli
