// What the symbol check must catch: a clock, randomness, a thread and a file behind innocent names.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <thread>

namespace pegel::testing {

int64_t Clock() { return std::chrono::system_clock::now().time_since_epoch().count(); }
long Seconds() { return time(nullptr); }
unsigned Dice() { return std::random_device()(); }
void Thread() {
  std::thread([] {}).join();
}
void* File() { return std::fopen("x", "r"); }

}  // namespace pegel::testing
