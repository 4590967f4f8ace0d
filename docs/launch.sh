# Shared by docs/examples/run and benchmarks/run (sourced, bash): builds on demand and the JVM settings of the native backend.
# Expects the variables root (the repository) and me (the script's name for messages).

die() { echo "$me: $1" >&2; exit "${2:-2}"; }

# newer_than STAMP PATH…: true when a file or folder among the paths is newer; a folder, so that a removed file counts.
newer_than() {
  local stamp=$1
  shift
  [[ -n $(find "$@" -newer "$stamp" -print 2>/dev/null | head -n 1) ]]
}

# build_quietly TARGET_DIR MESSAGE MAVEN_ARGS…: one line on stderr (with the seconds on a terminal), the log in TARGET_DIR.
# Leaves TARGET_DIR/run.stamp, dated to the start of the build: a source saved while it runs is newer.
build_quietly() {
  local target=$1 message=$2 log=$1/build.log started=$SECONDS maven status=0
  shift 2
  command -v mvn >/dev/null || die "Maven (mvn) is not on the PATH"
  mkdir -p "$target"
  rm -f "$target/run.stamp"
  touch "$target/run.stamp.new"
  (cd "$root" && exec mvn -B -ntp "$@") >"$log" 2>&1 </dev/null &
  maven=$!
  trap 'kill "$maven" 2>/dev/null; exit 130' INT TERM
  if [[ -t 2 ]]; then
    while kill -0 "$maven" 2>/dev/null; do
      printf '\r%s … %d s ' "$message" "$((SECONDS - started))" >&2
      sleep 1
    done
    printf '\n' >&2
  else
    echo "$message" >&2
  fi
  wait "$maven" || status=$?
  trap - INT TERM
  if ((status != 0)); then
    sed -n -e '/-> \[Help/q' -e '/^\[ERROR\]/p' "$log" >&2
    die "the build failed; its log is $log" 1
  fi
  mv "$target/run.stamp.new" "$target/run.stamp"
}

# Memory of the machine, or of the container when that is less, in MiB.
memory_megabytes() {
  local bytes limit file
  if [[ -r /proc/meminfo ]]; then
    bytes=$(($(awk '/^MemTotal:/ {print $2}' /proc/meminfo) * 1024))
  else
    bytes=$(sysctl -n hw.memsize 2>/dev/null || echo $((4 << 30)))
  fi
  for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    [[ -r $file ]] || continue
    limit=$(<"$file")
    if [[ $limit =~ ^[0-9]{1,17}$ ]] && ((limit < bytes)); then bytes=$limit; fi
  done
  echo $((bytes >> 20))
}

# Sets java (the command), options (JVM arguments) and the environment of the native backend.
prepare_java() {
  local version megabytes
  java=java
  [[ -n ${JAVA_HOME:-} && -x $JAVA_HOME/bin/java ]] && java=$JAVA_HOME/bin/java
  command -v "$java" >/dev/null || die "Java is not on the PATH; expected JDK 17 or newer"
  version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
  [[ $version =~ ^[0-9]+$ && $version -ge 17 ]] || die "expected JDK 17 or newer, got '$version' from $java"
  megabytes=$(memory_megabytes)
  options=(
    -Xss8m # native factorisations need more than the default stack
    -Djava.awt.headless=true
    # The Java heap keeps its default, a quarter of the memory; tensors live outside it. A process that asks for more than
    # this gets a Java OutOfMemoryError instead of being killed.
    "-Dorg.bytedeco.javacpp.maxbytes=$((megabytes / 2))m"
    "-Dorg.bytedeco.javacpp.maxphysicalbytes=$((megabytes * 4 / 5))m"
    -Dorg.nd4j.log.initialization=false
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
  )
  # Newer JVMs print warnings about the native libraries and their use of memory without these.
  ((version >= 22)) && options+=(--enable-native-access=ALL-UNNAMED)
  ((version >= 24)) && options+=(--sun-misc-unsafe-memory-access=allow)
  # Examples show their progress only where somebody can see it being overwritten.
  [[ -t 2 ]] && options+=(-Dfullrank.progress=true)
  # Without it a busy neighbour makes every native operation wait two scheduler ticks (8 ms).
  export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
}
