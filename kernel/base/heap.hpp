// The heap of a program that allocates on one thread at a time, mostly not the main one.
#pragma once

namespace fleetd::base {

// Call once, before there are threads. A C library that gives each thread a heap of its own grows those a page at a
// time, with a call of the system for each; one heap for all grows in large steps. No effect elsewhere.
void useOneHeap();

}  // namespace fleetd::base
