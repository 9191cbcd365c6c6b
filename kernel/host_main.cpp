// The entry point of the fleet-plugin-host executable.
#include "kernel/base/sanitizer.hpp"
#include "kernel/plugin/isolated_main.hpp"

#if FLEETD_ADDRESS_SANITIZER
// A plugin ends as it would without the sanitizer: by its signal, or its exit status. The environment is empty here.
extern "C" const char* __asan_default_options();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:detect_leaks=0";
}
#endif

#if FLEETD_THREAD_SANITIZER
// The same, and what tests/tsan.supp says: libzmq is not built with the sanitizer.
extern "C" const char* __tsan_default_options();       // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __tsan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0";
}
extern "C" const char* __tsan_default_suppressions() { return "called_from_lib:libzmq.so\nrace:libzmq.so\n"; }
#endif

int main() { return fleetd::plugin::runPluginHost(); }
