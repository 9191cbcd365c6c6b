// Tuning the allocator.
#include "kernel/base/heap.hpp"

#include <cstdlib>  // defines __GLIBC__ where it holds

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fleetd::base {

void useOneHeap() {
#ifdef __GLIBC__
  constexpr int kStep = 1 << 20;
  static_cast<void>(::mallopt(M_ARENA_MAX, 1));
  static_cast<void>(::mallopt(M_TOP_PAD, kStep));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, 64 * kStep));
  // Small blocks that are given back one by one would be joined all at once whenever a large one is, again and again.
  static_cast<void>(::mallopt(M_MXFAST, 0));
#endif
}

}  // namespace fleetd::base
