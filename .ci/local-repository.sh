# Sourced (bash). overlay_repository DIR makes DIR a Maven local repository that shows everything the usual one holds, except
# this project: what is staged or resolved there neither reads nor leaves an org/fullrank in the usual one, and nothing
# else has to be downloaded again. MAVEN_LOCAL_REPOSITORY names the usual one when it is not ~/.m2/repository.

overlay_repository() {
  local usual=${MAVEN_LOCAL_REPOSITORY:-$HOME/.m2/repository} overlay=$1 entry
  [[ ! -e $overlay ]] || { echo "overlay_repository: $overlay exists already" >&2; return 1; }
  mkdir -p "$overlay/org" "$usual/org"
  for entry in "$usual"/*; do
    [[ ${entry##*/} == org || ! -d $entry ]] || ln -s "$entry" "$overlay/"
  done
  for entry in "$usual"/org/*; do
    [[ ${entry##*/} == fullrank || ! -d $entry ]] || ln -s "$entry" "$overlay/org/"
  done
}
