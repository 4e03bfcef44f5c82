// Carries the headers that all tests share, precompiled: see CMakeLists.txt here.
int main() {}
