package org.fullrank.rigor.disk;

/**
 * What an out-of-core enclosure has cost.
 *
 * @param plan panels, planned memory and size of the scratch file
 * @param entriesRead entries of the matrix that were read, all passes together
 * @param scratchBytesRead bytes read from the scratch file
 * @param scratchBytesWritten bytes written to it
 * @param checkSeconds wall time of the pass that checks the entries
 * @param factorSeconds wall time of the factorisations
 * @param solveSeconds wall time of the solves, which find vectors
 * @param quotientSeconds wall time of the Rayleigh quotients
 */
public record TiledCost(
    TiledPlan plan,
    long entriesRead,
    long scratchBytesRead,
    long scratchBytesWritten,
    double checkSeconds,
    double factorSeconds,
    double solveSeconds,
    double quotientSeconds) {}
