// Exceptions become exit codes.
#include "kernel/cli/guard.hpp"

#include <exception>
#include <new>

#include "kernel/cli/exit_code.hpp"

namespace fleetd::cli {

namespace {

// Without allocating: there may be no memory left.
void say(Output& out, std::string_view text) noexcept {
  try {
    out.data().clear();
    out.message(text);
  } catch (...) {
    // Nothing can be said any more; the exit code remains.
  }
}

}  // namespace

int guarded(Output& out, const std::function<int()>& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    say(out, "error[FL0906]: out of memory\n");
    return kEnvironment;
  } catch (const std::exception& error) {
    say(out, "error[FL0001]: internal error: ");
    say(out, error.what());
    say(out, "\n");
    return kInternal;
  } catch (...) {
    say(out, "error[FL0001]: internal error\n");
    return kInternal;
  }
}

}  // namespace fleetd::cli
