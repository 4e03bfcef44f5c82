# Plots of docs/performance.md, from what pegel_compare --tsv wrote:
#   gnuplot -e "tsv='build/bench/compare.tsv'; to='docs/performance'" tests/bench/plots.gp
set terminal svg size 720,360 font "sans,13" background "white"
set key outside right top
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set xlabel "calls outstanding on one connection"
set logscale y
set style data yerrorlines
colours = "#1f77b4 #d62728 #2ca02c"
names = "Pegel etcd ZooKeeper"
set xrange [-0.3:3.3]

set output to."/rates.svg"
set title "Durable changes a second: median, least and most of the rounds"
set ylabel "changes a second"
plot for [i=1:3] tsv using 0:(column(1+i)):(column(4+i)):(column(7+i)):xticlabels(1) \
  title word(names, i) lw 2 pt 7 ps 0.6 lc rgb word(colours, i)

set output to."/p99.svg"
set title "99 of 100 changes were answered within"
set ylabel "milliseconds"
plot for [i=1:3] tsv using 0:(column(10+i)):xticlabels(1) with linespoints \
  title word(names, i) lw 2 pt 7 ps 0.6 lc rgb word(colours, i)
